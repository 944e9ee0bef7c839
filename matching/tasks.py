from celery import shared_task

from matching import services


@shared_task
def run_match(run_id: int) -> None:
    """Execute one run; delivering the same id twice executes it once."""
    run = services.run_claim(run_id)
    if run is None:
        return  # finished, or another worker's
    try:
        services.run_execute(run)
    except Exception as exc:
        services.run_failed(run, exc)
        raise


@shared_task
def sweep_runs() -> None:
    """Take up what a crash or a lost broker left behind."""
    for run_id in services.runs_to_resume():
        run_match.delay(run_id)
