# Two stages: wheels are built where compilers may be, the image that runs has none.
FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE constraints.txt ./
COPY monitor monitor
COPY seeds seeds
RUN python -m venv /opt/monitor && /opt/monitor/bin/pip install --no-cache-dir -c constraints.txt .

FROM python:3.11-slim
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin monitor \
    && install -d -o monitor -g monitor /config /data
COPY --from=build /opt/monitor /opt/monitor
ENV PATH=/opt/monitor/bin:$PATH MONITOR_CONFIG=/config PYTHONUNBUFFERED=1
USER 10001:10001
# A relative store, the default sqlite:var/monitor.db, lies in the data volume.
WORKDIR /data
VOLUME ["/config", "/data"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=20s --start-period=30s CMD ["monitor", "status"]
CMD ["monitor", "run"]
