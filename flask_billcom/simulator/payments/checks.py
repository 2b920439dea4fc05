"""The picture of a check that has been cashed.

https://developer.bill.com/v2/reference/ap-vendortransactions-getcheckimagedata
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from flask_billcom.simulator.calls import arguments
from flask_billcom.simulator.calls.operation import Operation, with_data
from flask_billcom.simulator.errors import refusal

from .disbursements import CHECK, DONE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask_billcom.simulator.world import World

__all__ = ["OPERATIONS"]


def _check_image(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return where the picture is, once the check has cleared."""
    sent = arguments.named(world, "SentPay", data, "sentPayId")
    found = world.disbursements.get(sent.id)
    if found is None or found.kind != CHECK or found.status != DONE:
        raise refusal("BDC_1120")
    image_id = world.note(sent.id).get("check_image")
    if image_id is None:
        image_id = world.note(sent.id)["check_image"] = world.ids.new("cki")
        world.check_images[image_id] = sent.id
    return {"url": f"/is/CheckImageServlet?id={image_id}"}


OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType({"GetCheckImageData": Operation(with_data(_check_image))})
