"""What runs on a schedule? The deployments that `displacement serve` offers.

`prefect.yaml` declares the same ones for a Prefect server with workers.
"""

from typing import cast

from prefect import serve
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron

from displacement.source_status import DAILY_HOUR
from displacement_flows.backfill import backfill
from displacement_flows.refresh import refresh

DAILY = f"0 {DAILY_HOUR} * * *"


def serve_deployments() -> None:
    """Serve the daily refresh and the backfill until interrupted."""
    daily = refresh.to_deployment("daily", schedule=Cron(DAILY, timezone="UTC"))
    by_hand = backfill.to_deployment("by-hand")
    serve(cast("RunnerDeployment", daily), cast("RunnerDeployment", by_hand))
