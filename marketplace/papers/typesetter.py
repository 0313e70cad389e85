"""A program of its own: reads `{"template": name, "data": …}` from stdin, writes the PDF to stdout.

It runs apart from the web, with little memory and time. What people wrote comes as JSON, never as markup; the fonts
are ours, those of the machine are not looked at, and no package is fetched.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOM = Path(__file__).resolve().parent
MEMORY = 2 * 1024 * 1024 * 1024
SECONDS = 20


def main() -> int:
    """0 and a PDF on stdout; 1 and the reason on stderr."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    except (ImportError, ValueError, OSError):
        pass
    import typst

    asked = json.load(sys.stdin)
    try:
        made = typst.compile(
            str(ROOM.joinpath(f"{asked['template']}.typ")),
            root=str(ROOM),
            font_paths=[str(ROOM.joinpath("fonts"))],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(asked["data"], ensure_ascii=False)},
            pdf_standards=["ua-1"],
            format="pdf",
        )
    except Exception as error:  # whatever the typesetter says: no paper
        sys.stderr.write(str(error)[:2000])
        return 1
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
