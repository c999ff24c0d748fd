# syntax=docker/dockerfile:1
ARG DOTNET=10.0-noble

FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:${DOTNET} AS build
ARG TARGETARCH
# Set to true where the package registry lacks the native halves of librdkafka and ONNX Runtime (amd64 only).
ARG LOCAL_FEED=false
ENV NUGET_PACKAGES=/nuget DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/nuget \
    if [ "$LOCAL_FEED" = true ]; then \
      apt-get update -qq && apt-get install -y -qq --no-install-recommends npm && eng/feed/build; \
    fi \
 && dotnet publish src/Streaming.Server -c Release -a $TARGETARCH --self-contained false -o /out

FROM mcr.microsoft.com/dotnet/aspnet:${DOTNET} AS runtime
# librdkafka loads SASL at run time; the distribution's build of it, which the local feed packs, also links to lz4 and zstd.
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends libsasl2-2 liblz4-1 libzstd1 \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o $APP_UID -g $APP_UID /var/lib/streaming
# The address is the program's own --http, not the base image's variable.
ENV ASPNETCORE_HTTP_PORTS="" DOTNET_EnableDiagnostics_Debugger=0
WORKDIR /app
COPY --from=build /out ./
COPY topologies ./topologies
COPY models ./models
USER $APP_UID
EXPOSE 8080
ENTRYPOINT ["/app/streaming"]
