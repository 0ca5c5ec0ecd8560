package io.ashlar.control;

import io.ashlar.control.Exchange.Answer;
import io.ashlar.control.Exchange.Ask;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/// Talks to one node's management API. Every method throws [ControlException] when the node refuses
/// or cannot be reached.
public final class ControlClient implements AutoCloseable {
  static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
  private static final int STATUS_ERROR_MIN = 400;

  private static final String SOCKET_SCHEME = "unix";

  private static final String CLUSTER = "/api/v1/cluster";
  private static final String SCRUB = "/api/v1/pool/scrub";

  private final Exchange exchange;
  private final URI base;
  private final @Nullable String token;

  /// @param base the management address, `http://127.0.0.1:7480`, or the owner's socket,
  ///   `unix:/var/lib/ashlar/api.sock`, where no token is asked for
  /// @param token the bearer token; null asks without, which only health checks allow
  public ControlClient(URI base, @Nullable String token) {
    this.base = base;
    this.token = token;
    this.exchange =
        SOCKET_SCHEME.equals(base.getScheme())
            ? new SocketExchange(Path.of(base.getPath()))
            : new TcpExchange(base);
  }

  public NodeInfo node() {
    return ask("GET", "/api/v1/node", null, NodeInfo.class);
  }

  public ClusterInfo cluster() {
    return ask("GET", CLUSTER, null, ClusterInfo.class);
  }

  /// Makes a node that is alone the first of a cluster; it starts again soon after.
  public void initCluster() {
    send("POST", CLUSTER, null);
  }

  /// A token that lets one node join.
  public JoinTokenInfo giveToken(long goodSeconds) {
    return ask(
        "POST", CLUSTER + "/tokens", Map.of("goodSeconds", goodSeconds), JoinTokenInfo.class);
  }

  /// Lets a node that is alone join the cluster of a token; it starts again soon after.
  public void joinCluster(String joinToken) {
    send("POST", CLUSTER + "/join", Map.of("token", joinToken));
  }

  public PoolInfo pool() {
    return ask("GET", "/api/v1/pool", null, PoolInfo.class);
  }

  public ScrubInfo scrub() {
    return ask("GET", SCRUB, null, ScrubInfo.class);
  }

  /// Starts a pass over all that lives in the pool, or makes the slow one under way fast.
  public ScrubInfo startScrub() {
    return ask("POST", SCRUB, null, ScrubInfo.class);
  }

  /// Ends the pass under way; the next one goes on where it was.
  public ScrubInfo stopScrub() {
    return ask("DELETE", SCRUB, null, ScrubInfo.class);
  }

  public List<VolumeInfo> volumes() {
    return List.of(ask("GET", "/api/v1/volumes", null, VolumeInfo[].class));
  }

  /// @param volume a name or an id
  public VolumeInfo volume(String volume) {
    return ask("GET", volumePath(volume), null, VolumeInfo.class);
  }

  /// Creates a volume, or returns the one that was created from an equal specification before.
  public VolumeInfo createVolume(VolumeSpec spec) {
    return ask("POST", "/api/v1/volumes", spec, VolumeInfo.class);
  }

  public VolumeInfo resizeVolume(String volume, long sizeBytes) {
    return ask(
        "PUT", volumePath(volume) + "/size", Map.of("sizeBytes", sizeBytes), VolumeInfo.class);
  }

  public VolumeInfo limitVolume(String volume, QosLimits limits) {
    return ask("PUT", volumePath(volume) + "/qos", limits, VolumeInfo.class);
  }

  /// Puts a host (NQN or IQN) on the volume's list.
  public VolumeInfo allowHost(String volume, String host) {
    return ask("PUT", hostPath(volume, host), null, VolumeInfo.class);
  }

  /// Takes a host off the volume's list.
  public VolumeInfo revokeHost(String volume, String host) {
    return ask("DELETE", hostPath(volume, host), null, VolumeInfo.class);
  }

  public void deleteVolume(String volume, DeleteMode mode) {
    String query = mode == DeleteMode.EVEN_IF_USED ? "?force=true" : "";
    send("DELETE", volumePath(volume) + query, null);
  }

  @Override
  public void close() {
    exchange.close();
  }

  private static String volumePath(String volume) {
    return "/api/v1/volumes/" + encode(volume);
  }

  private static String hostPath(String volume, String host) {
    return volumePath(volume) + "/hosts/" + encode(host);
  }

  private static String encode(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private <T> T ask(String method, String path, @Nullable Object body, Class<T> answer) {
    byte[] bytes = send(method, path, body);
    try {
      return Json.readAnswer(bytes, answer);
    } catch (JacksonException foreign) {
      throw new ControlException(Problem.ofForeignAnswer(HttpURLConnection.HTTP_OK));
    }
  }

  private byte[] send(String method, String path, @Nullable Object body) {
    Answer answer = exchange(new Ask(method, path, token, body == null ? null : Json.write(body)));
    if (answer.status() >= STATUS_ERROR_MIN) {
      throw new ControlException(problemOf(answer));
    }
    return answer.body();
  }

  private Answer exchange(Ask ask) {
    try {
      return exchange.exchange(ask);
    } catch (IOException unreachable) {
      throw new ControlException(
          ProblemCode.NODE_UNREACHABLE,
          "No node answers at " + base + ": start one with 'ashlar up', or name it with --api.");
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new ControlException(
          ProblemCode.NODE_UNREACHABLE, "Interrupted while waiting for " + base + ".");
    }
  }

  private static Problem problemOf(Answer answer) {
    if (!answer.contentType().startsWith(Problem.MEDIA_TYPE)) {
      return Problem.ofForeignAnswer(answer.status());
    }
    try {
      return Json.readAnswer(answer.body(), Problem.class);
    } catch (JacksonException garbled) {
      return Problem.ofForeignAnswer(answer.status());
    }
  }
}
