"""A program of its own: reads an uploaded picture from stdin, writes new ones of it to stdout.

It runs apart from the web, with little memory and time, because decoders of pictures are where hostile bytes bite.
What it writes holds pixels only: no EXIF, no place where it was taken, no colour profile.
"""

from __future__ import annotations

import io
import sys

WIDTHS = (320, 640, 1200)
MAIN = ".webp"  # the one without a width in its name, read by every browser
MAIN_WIDTH = 640
MOST_PIXELS = 64_000_000
MEMORY = 1536 * 1024 * 1024
SECONDS = 15
UNREADABLE, TOO_LARGE = 1, 2


def main() -> int:
    """0 and pictures on stdout; UNREADABLE for what is no JPEG, PNG or WebP, TOO_LARGE for too many pixels."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    except (ImportError, ValueError, OSError):
        pass
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    out = io.BytesIO()
    try:
        with Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=("JPEG", "PNG", "WEBP")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return TOO_LARGE
            picture.draft("RGB", (2 * WIDTHS[-1], 2 * WIDTHS[-1]))  # a JPEG is read no larger than needed
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((WIDTHS[-1], WIDTHS[-1]))
            has_alpha = "A" in upright.getbands() or "transparency" in upright.info
            plain = upright.convert("RGBA" if has_alpha else "RGB")
            for width in WIDTHS:
                bare = Image.new(plain.mode, plain.size)
                bare.paste(plain)
                bare.thumbnail((width, width))
                for kind, options in (("webp", {"quality": 80, "method": 4}), ("avif", {"quality": 62, "speed": 7})):
                    made = io.BytesIO()
                    bare.save(made, kind.upper(), **options)
                    _write(out, f"-{width}.{kind}", made.getvalue())
                    if width == MAIN_WIDTH and kind == "webp":
                        _write(out, MAIN, made.getvalue())
    except Image.DecompressionBombError:
        return TOO_LARGE
    except Exception:  # whatever a decoder says of hostile bytes: no picture
        return UNREADABLE
    sys.stdout.buffer.write(out.getvalue())
    return 0


def _write(out: io.BytesIO, ending: str, content: bytes) -> None:
    out.write(f"{ending} {len(content)}\n".encode("ascii"))
    out.write(content)


if __name__ == "__main__":
    sys.exit(main())
