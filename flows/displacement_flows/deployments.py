"""What runs on a schedule? The deployments that `displacement serve` offers.

`prefect.yaml` declares the same ones for a Prefect server with workers.
"""

from typing import cast

from prefect import serve
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron

from displacement_flows.backfill import backfill
from displacement_flows.refresh import refresh

DAILY = "0 5 * * *"
"""Every day at 05:00 UTC."""


def serve_deployments() -> None:
    """Serve the daily refresh and the backfill until interrupted."""
    daily = refresh.to_deployment("daily", schedule=Cron(DAILY, timezone="UTC"))
    by_hand = backfill.to_deployment("by-hand")
    serve(cast("RunnerDeployment", daily), cast("RunnerDeployment", by_hand))
