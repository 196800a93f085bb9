"""How does a tool that knows nothing of us read a snapshot? `datapackage.json` (Frictionless)."""

import json
from typing import Any, Final

import pyarrow

from displacement_schemas import PUBLISHED, Table

TYPES: Final = {
    pyarrow.string(): "string",
    pyarrow.int64(): "integer",
    pyarrow.float64(): "number",
    pyarrow.bool_(): "boolean",
    pyarrow.date32(): "date",
    pyarrow.timestamp("us", tz="UTC"): "datetime",
}


def datapackage(snapshot_id: str) -> bytes:
    """The description of every table and column, derived from the contracts."""
    package = {
        "name": "displacement",
        "title": "Reconciled displacement figures",
        "version": snapshot_id,
        "resources": [_resource(model) for model in PUBLISHED],
    }
    return json.dumps(package, indent=1, ensure_ascii=False).encode()


def _resource(model: type[Table]) -> dict[str, Any]:
    name = model.table_name()
    key = model.to_schema().unique
    schema: dict[str, Any] = {"fields": [_field(field) for field in model.arrow_schema()]}
    return {
        "name": name,
        "path": f"{name}.parquet",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "description": model.summary(),
        "schema": schema | ({"primaryKey": key} if key else {}),
    }


def _field(field: pyarrow.Field) -> dict[str, Any]:
    notes = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
    described = {"name": field.name, "type": TYPES[field.type], **notes}
    return described if field.nullable else described | {"constraints": {"required": True}}
