"""What is to be done today and tomorrow, and which farm."""

from __future__ import annotations

from flask import Response, redirect, render_template, url_for

from marketplace.kernel import clock
from marketplace.pickup.farm_week import farm_week
from marketplace.web.access import allow, farm_member, packer
from marketplace.web.farm import blueprint
from marketplace.web.farm.visit import farm_here, my_farms

DAYS = 3


@blueprint.get("/")
@allow(packer)
def start() -> str | Response:
    """One farm: its day, for a helper what is to be packed. Several: which one."""
    farms = my_farms()
    if len(farms) == 1:
        if not farms[0].runs:
            return redirect(url_for("farm.packing", farm_id=farms[0].id))  # type: ignore[return-value]
        return overview(farms[0].id)
    return render_template("farm/choose.html", farms=farms)


@blueprint.get("/<int:farm_id>/")
@allow(farm_member)
def overview(farm_id: int) -> str:
    """The days ahead: what is open, what is sold, what is to be packed until when."""
    farm = farm_here(farm_id)
    days = farm_week(farm.id, farm.today, limit=DAYS)
    to_pack = [day for day in days if day.to_pack]
    to_fill = [day for day in days if not day.closed and not day.planned and day.empty]
    return render_template("farm/overview.html", days=days, to_pack=to_pack, to_fill=to_fill, now=clock.now())
