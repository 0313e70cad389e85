"""Pictures from the phone's camera, of a product or of the farm: one page for both, and what one may do there."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, flash, redirect, render_template, request
from flask_babel import gettext as _

from marketplace.catalogue.pictures import MOST_PICTURES, Album
from marketplace.kernel import installation
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.providers.media_files import media_files
from marketplace.providers.pictures import MOST_BYTES, picture_of_upload
from marketplace.web.farm.words import why


@dataclass(frozen=True)
class AlbumPage:
    """Whose pictures: `owner_id` in `album`, of `farm_id`; the page's own address, and the one to go back to."""

    album: Album
    farm_id: int
    owner_id: int
    title: str
    alt: str
    url: str
    back: str
    back_text: str

    def show(self, error: str = "") -> str:
        """All pictures, and the field for one more."""
        return render_template(
            "farm/pictures.html",
            page=self,
            pictures=self.album.own(self.farm_id, self.owner_id),
            most=MOST_PICTURES,
            error=error,
        )

    def upload(self) -> Response | tuple[str, int]:
        """One picture more: made anew, never kept as it came (I35)."""
        sent = request.files.get("bild")
        content = sent.read(MOST_BYTES + 1) if sent else b""
        if not content:
            return self.show(_("Bitte wählen Sie ein Bild aus.")), 422
        try:
            store = media_files(installation.settings().media_url)
            photo = picture_of_upload(content)
            self.album.add(self.farm_id, self.owner_id, photo, request.form.get("beschreibung", ""), store)
        except (Invalid, Conflict) as refusal:
            return self.show(why(refusal)), 422
        flash(_("Das Bild ist da."), "ok")
        return redirect(self.url, 303)  # type: ignore[return-value]

    def change(self, picture_id: int) -> Response:
        """`tun`: zuerst, entfernen, or beschreiben with `beschreibung`."""
        wish = request.form.get("tun", "")
        if wish == "zuerst":
            self.album.show_first(self.farm_id, picture_id)
        elif wish == "entfernen":
            self.album.remove(self.farm_id, picture_id)
        else:
            self.album.describe(self.farm_id, picture_id, request.form.get("beschreibung", ""))
        flash(_("Gespeichert."), "ok")
        return redirect(self.url, 303)  # type: ignore[return-value]
