"""How do areas, imports of areas and findings about them look in a terminal?"""

from collections.abc import Sequence
from typing import Any

from displacement.area_import import Imported
from displacement.normalise.area_tables.checks import Finding
from displacement_flows.terminal import err, out

MOST = 20
"""Lines of one kind that are shown."""


def show_import(imported: Imported, *, dry_run: bool) -> None:
    """What an import took, what it changed, and what it refused with the reasons."""
    _print(imported.refused, "not taken: ", error=True)
    if imported.countries:
        total = sum(imported.countries.values())
        listed = ", ".join(f"{code} {count:,}" for code, count in imported.countries.items())
        out.print(f"{total:,} areas of {len(imported.countries)} countries: {listed}")
    if imported.residents:
        out.print(f"residents of {imported.residents:,} areas and years")
    _print(imported.notes, "")
    if dry_run:
        out.print("nothing was written")
    elif imported.written:
        out.print(f"written: {', '.join(map(str, imported.written))}", markup=False)
    else:
        out.print("Nothing new: the store has all of it already.")


def show_area(found: dict[str, Any]) -> None:
    """One area, or the areas that took the place of an old code."""
    if found["note"]:
        out.print(found["note"], markup=False)
    for area in found["areas"]:
        _show_one(area)


def show_findings(findings: Sequence[Finding], areas: int, old: int) -> None:
    """What is odd about the areas."""
    for one in findings:
        kind = "fault" if one.is_fault else "remark"
        out.print(f"{kind}: {one.country}: {one.text}", markup=False)
    faults = sum(one.is_fault for one in findings)
    out.print(f"{areas:,} areas and {old:,} old codes: {faults} faults, {len(findings)} findings")


def _show_one(area: dict[str, Any]) -> None:
    arabic = f" · {area['name_ar']}" if area["name_ar"] else ""
    out.print(f"{area['area_code']} {area['name']}{arabic}", style="bold", markup=False)
    lines = {
        "level": f"{area['admin_level']} ({area['code_system']}, {area['country']})",
        "lies in": " < ".join(f"{one['name']} ({one['code']})" for one in area["lies_in"]),
        "holds": _listed([f"{one['name']} ({one['code']})" for one in area["holds"]]),
        "also called": ", ".join(area["aliases"]),
        "residents": ", ".join(
            f"{one['population']:,.0f} ({one['year']})" for one in area["populations"]
        ),
        "valid from": str(area["valid_from"] or ""),
        "old codes": ", ".join(area["old_codes"]),
        "from": area["reference"],
    }
    for name, text in lines.items():
        if text:
            out.print(f"  {name}: {text}", markup=False)


def _listed(names: list[str]) -> str:
    more = len(names) - MOST
    return ", ".join(names[:MOST]) + (f" and {more} more" if more > 0 else "")


def _print(lines: Sequence[str], before: str, *, error: bool = False) -> None:
    console = err if error else out
    for line in lines[:MOST]:
        console.print(f"{before}{line}", markup=False)
    if len(lines) > MOST:
        console.print(f"… and {len(lines) - MOST} more", markup=False)
