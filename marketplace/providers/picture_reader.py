"""A program of its own: reads an uploaded picture from stdin, writes a new WebP of it to stdout.

It runs apart from the web, with little memory and time, because decoders of pictures are where hostile bytes bite.
What it writes holds pixels only: no EXIF, no place where it was taken, no colour profile.
"""

from __future__ import annotations

import io
import sys

LONGEST_SIDE = 1200
MOST_PIXELS = 40_000_000
MEMORY = 1024 * 1024 * 1024
SECONDS = 10


def main() -> int:
    """0 and a picture on stdout; 1 for anything that is no JPEG, PNG or WebP of reasonable size."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    except (ImportError, ValueError, OSError):
        pass
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        with Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=("JPEG", "PNG", "WEBP")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return 1
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            has_alpha = "A" in upright.getbands() or "transparency" in upright.info
            plain = upright.convert("RGBA" if has_alpha else "RGB")
            bare = Image.new(plain.mode, plain.size)
            bare.paste(plain)
            out = io.BytesIO()
            bare.save(out, "WEBP", quality=82, method=4)
    except Exception:  # whatever a decoder says of hostile bytes: no picture
        return 1
    sys.stdout.buffer.write(out.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(main())
