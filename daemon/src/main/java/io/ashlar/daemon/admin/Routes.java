package io.ashlar.daemon.admin;

import io.ashlar.control.DeleteMode;
import io.ashlar.control.HealthCode;
import io.ashlar.control.HealthEntry;
import io.ashlar.control.Json;
import io.ashlar.control.QosLimits;
import io.ashlar.control.ScrubInfo;
import io.ashlar.control.VolumeSpec;
import io.ashlar.daemon.volume.VolumeService;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.util.List;

/// Every path of the API and what it does.
public final class Routes {
  private static final String CLUSTER = "/api/v1/cluster";
  private static final String SCRUB = "/api/v1/pool/scrub";
  private static final String VOLUMES = "/api/v1/volumes";
  private static final String VOLUME = VOLUMES + "/{volume}";

  /// @param path in Javalin's form, which is OpenAPI's too: `/api/v1/volumes/{volume}`
  record Route(HandlerType method, String path, Handler handler) {}

  /// The body of a request for a token that lets a node join.
  record TokenRequest(long goodSeconds) {}

  /// The body of a request to join.
  record JoinRequest(String token) {
    /// Keeps the secret out of logs.
    @Override
    public String toString() {
      return "a request to join";
    }
  }

  /// The body of a resize.
  record Resize(long sizeBytes) {}

  private final VolumeService volumes;
  private final NodeView node;
  private final MetricsSource metrics;
  private final ScrubControl scrub;
  private final ClusterControl cluster;

  public Routes(
      VolumeService volumes,
      NodeView node,
      MetricsSource metrics,
      ScrubControl scrub,
      ClusterControl cluster) {
    this.volumes = volumes;
    this.node = node;
    this.metrics = metrics;
    this.scrub = scrub;
    this.cluster = cluster;
  }

  List<Route> all() {
    return List.of(
        new Route(HandlerType.GET, "/api/v1/node", request -> answer(request, node.node())),
        new Route(HandlerType.GET, "/api/v1/pool", request -> answer(request, node.pool())),
        new Route(HandlerType.GET, CLUSTER, request -> answer(request, cluster.status())),
        new Route(HandlerType.POST, CLUSTER, this::initCluster),
        new Route(HandlerType.POST, CLUSTER + "/tokens", this::giveToken),
        new Route(HandlerType.POST, CLUSTER + "/join", this::joinCluster),
        new Route(HandlerType.GET, SCRUB, request -> answer(request, scrub.status())),
        new Route(HandlerType.POST, SCRUB, this::startScrub),
        new Route(HandlerType.DELETE, SCRUB, request -> answer(request, scrub.stop())),
        new Route(HandlerType.GET, VOLUMES, request -> answer(request, volumes.volumes())),
        new Route(HandlerType.POST, VOLUMES, this::create),
        new Route(HandlerType.GET, VOLUME, this::show),
        new Route(HandlerType.DELETE, VOLUME, this::delete),
        new Route(HandlerType.PUT, VOLUME + "/size", this::resize),
        new Route(HandlerType.PUT, VOLUME + "/qos", this::limit),
        new Route(HandlerType.PUT, VOLUME + "/hosts/{host}", this::allowHost),
        new Route(HandlerType.DELETE, VOLUME + "/hosts/{host}", this::revokeHost),
        new Route(HandlerType.GET, "/metrics", this::scrape),
        new Route(HandlerType.GET, "/healthz", this::health),
        new Route(HandlerType.GET, "/readyz", this::readiness));
  }

  private static void answer(Context request, Object value) {
    request.contentType("application/json");
    request.result(Json.write(value));
  }

  private void initCluster(Context request) {
    cluster.init();
    request.status(HttpStatus.ACCEPTED);
  }

  private void giveToken(Context request) {
    TokenRequest asked = Json.readRequest(request.bodyAsBytes(), TokenRequest.class);
    request.status(HttpStatus.CREATED);
    answer(request, cluster.giveToken(asked.goodSeconds()));
  }

  private void joinCluster(Context request) {
    cluster.join(Json.readRequest(request.bodyAsBytes(), JoinRequest.class).token());
    request.status(HttpStatus.ACCEPTED);
  }

  private void startScrub(Context request) {
    ScrubInfo started = scrub.start();
    request.status(HttpStatus.ACCEPTED);
    answer(request, started);
  }

  private static String volumeOf(Context request) {
    return request.pathParam("volume");
  }

  private void create(Context request) {
    VolumeService.Created created =
        volumes.create(Json.readRequest(request.bodyAsBytes(), VolumeSpec.class));
    request.status(created.isNew() ? HttpStatus.CREATED : HttpStatus.OK);
    answer(request, created.volume());
  }

  private void show(Context request) {
    answer(request, volumes.volume(volumeOf(request)));
  }

  private void delete(Context request) {
    boolean isForced = "true".equals(request.queryParam("force"));
    volumes.delete(volumeOf(request), isForced ? DeleteMode.EVEN_IF_USED : DeleteMode.UNUSED);
    request.status(HttpStatus.NO_CONTENT);
  }

  private void resize(Context request) {
    Resize size = Json.readRequest(request.bodyAsBytes(), Resize.class);
    answer(request, volumes.resize(volumeOf(request), size.sizeBytes()));
  }

  private void limit(Context request) {
    QosLimits limits = Json.readRequest(request.bodyAsBytes(), QosLimits.class);
    answer(request, volumes.limit(volumeOf(request), limits));
  }

  private void allowHost(Context request) {
    answer(request, volumes.allowHost(volumeOf(request), request.pathParam("host")));
  }

  private void revokeHost(Context request) {
    answer(request, volumes.revokeHost(volumeOf(request), request.pathParam("host")));
  }

  private void scrape(Context request) throws IOException {
    request.contentType(metrics.contentType());
    metrics.write(request.outputStream());
  }

  private void health(Context request) {
    List<HealthEntry> health = node.health();
    answer(request, !HealthCode.isFailed(health), "ok", "failed", health);
  }

  private void readiness(Context request) {
    answer(request, node.isReady(), "ready", "not ready", node.health());
  }

  /// A verdict on the first line, and what is out of order on the lines after it.
  private static void answer(
      Context request, boolean isGood, String good, String bad, List<HealthEntry> health) {
    StringBuilder text = new StringBuilder(isGood ? good : bad).append('\n');
    for (HealthEntry each : health) {
      text.append("%s %s: %s%n".formatted(each.severity(), each.code(), each.sentence()));
    }
    request.status(isGood ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
    request.result(text.toString());
  }
}
