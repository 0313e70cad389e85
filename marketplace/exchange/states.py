"""The ways of an import. `cancelled` by its farm, by the next upload, or because nobody looked at it for a week."""

from __future__ import annotations

from marketplace.kernel.states import table

IMPORT = table(
    "import_job",
    uploaded="checked failed cancelled",
    checked="applying cancelled",
    applying="done checked failed",  # checked: meanwhile something changed, and the preview holds no longer
)

OPEN = ("uploaded", "checked", "applying")
WORKED_ON = ("uploaded", "applying")
