"""Entry points: Prefect flows, deployments and the command line. Only this floor knows Prefect."""
