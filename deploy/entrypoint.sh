#!/bin/sh
# What one container of the image runs: web, worker, beat, migrate, or any management command.
set -eu

case "${1:-web}" in
  web)
    exec gunicorn portal.wsgi:application --bind 0.0.0.0:8000 --worker-class gthread \
      --workers "${WEB_WORKERS:-2}" --threads "${WEB_THREADS:-8}" --worker-tmp-dir /dev/shm \
      --timeout 60 --graceful-timeout 30 --keep-alive 20 --max-requests 5000 --max-requests-jitter 500 \
      --forwarded-allow-ips "${PROXY_ADDRESSES:-*}" ;;
  worker)
    exec celery -A portal worker --concurrency "${WORKER_PROCESSES:-2}" --loglevel INFO \
      --without-gossip --without-mingle ;;
  beat)
    exec celery -A portal beat --loglevel INFO --pidfile= --schedule /data/celerybeat-schedule ;;
  migrate)
    exec python manage.py migrate --noinput ;;
  *)
    exec python manage.py "$@" ;;
esac
