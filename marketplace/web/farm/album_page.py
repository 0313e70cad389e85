"""Pictures from the phone's camera, of a product or of the farm: one page for both, and what one may do there."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage

from marketplace.catalogue.pictures import MOST_PICTURES, Album, Photo
from marketplace.kernel import installation
from marketplace.kernel.database import transaction
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
            most_bytes=MOST_BYTES,
            error=error,
        )

    def upload(self) -> Response | tuple[str, int]:
        """One picture more, or several: made anew, never kept as they came (I35). With a wrong one among them, none."""
        sent = [(file.filename or "", content) for file in self._sent() if (content := file.read(MOST_BYTES + 1))]
        if not sent:
            return self.show(_("Bitte wählen Sie ein Bild aus.")), 422
        photos = []
        for name, content in sent:
            try:
                photos.append(picture_of_upload(content))
            except Invalid as refusal:
                return self.show(f"{name[:60]}: {why(refusal)}" if len(sent) > 1 else why(refusal)), 422
        try:
            self._add(photos)
        except Conflict as refusal:
            return self.show(why(refusal)), 422
        count = len(sent)
        flash(ngettext("Das Bild ist da.", "%(num)d Bilder sind da.", count), "ok")
        return redirect(self.url, 303)  # type: ignore[return-value]

    def _sent(self) -> list[FileStorage]:
        return request.files.getlist("bild")[: MOST_PICTURES + 1]

    def _add(self, photos: list[Photo]) -> None:
        store = media_files(installation.settings().media_url)
        with transaction():
            for photo in photos:
                self.album.add(self.farm_id, self.owner_id, photo, request.form.get("beschreibung", ""), store)

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
