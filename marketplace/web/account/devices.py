"""A browser's long name in few words."""

from __future__ import annotations

from flask_babel import gettext as _

from marketplace.web.account import blueprint

# The first that is found: other browsers carry the names of those below.
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


@blueprint.app_template_filter("device")
def device(user_agent: str) -> str:
    """`Firefox, Android`; "Unbekanntes Gerät" for what says nothing."""
    names = [next((name for sign, name in kinds if sign in user_agent), "") for kinds in (BROWSERS, SYSTEMS)]
    return ", ".join(name for name in names if name) or _("Unbekanntes Gerät")
