"""Categories stand in a tree."""

from typing import Any

from sqlalchemy import Select, select

from jxc_desktop.models.records import category


def category_and_below(category_id: int) -> Select[Any]:
    """The ids of a category and of all below it."""
    found = select(category.c.id).where(category.c.id == category_id).cte(recursive=True)
    return select(found.union(select(category.c.id).where(category.c.parent_id == found.c.id)).c.id)
