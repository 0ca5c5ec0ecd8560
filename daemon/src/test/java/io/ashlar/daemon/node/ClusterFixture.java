package io.ashlar.daemon.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ashlar.control.ClusterInfo;
import io.ashlar.control.ControlClient;
import io.ashlar.daemon.config.ConfigSources;
import io.ashlar.daemon.config.DaemonOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/// Real daemons on loopback addresses of one machine, in one process, in directories below one.
final class ClusterFixture implements AutoCloseable {
  private static final long PATIENCE_MS = 60_000;
  private static final int POLL_MS = 50;

  private final Path directory;
  private final Map<String, Daemon> daemons = new TreeMap<>();
  private final Map<String, List<Integer>> ports = new TreeMap<>();
  private final List<String> failures = new ArrayList<>();

  ClusterFixture(Path directory) {
    this.directory = directory;
  }

  /// `a` is 127.0.0.11, `b` is 127.0.0.12, and so on.
  static String address(String name) {
    return "127.0.0." + (11 + name.charAt(0) - 'a');
  }

  private List<Integer> portsOf(String name) {
    return ports.computeIfAbsent(
        name,
        _ -> {
          List<ServerSocket> held = new ArrayList<>();
          try {
            for (int i = 0; i < 3; i++) {
              held.add(new ServerSocket(0, 1, InetAddress.ofLiteral(address(name))));
            }
            List<Integer> free = held.stream().map(ServerSocket::getLocalPort).toList();
            for (ServerSocket each : held) {
              each.close();
            }
            return free;
          } catch (IOException failure) {
            throw new AssertionError(failure);
          }
        });
  }

  Path data(String name) {
    return directory.resolve(name);
  }

  DaemonOptions options(String name, String... settings) throws Exception {
    List<Integer> free = portsOf(name);
    List<String> all = new ArrayList<>(alone(name));
    all.addAll(
        List.of(
            "cluster.address=" + address(name),
            "cluster.range=127.0.0.0/24",
            "cluster.port=" + free.get(0),
            "cluster.replication-port=" + free.get(1),
            "cluster.metadata-port=" + free.get(2),
            "cluster.zone=rack-" + name));
    all.addAll(List.of(settings));
    return read(name, all);
  }

  private DaemonOptions read(String name, List<String> settings) throws Exception {
    Path file = directory.resolve(name + ".yaml");
    return DaemonOptions.read(new ConfigSources(Files.writeString(file, ""), Map.of(), settings));
  }

  private List<String> alone(String name) {
    return List.of(
        "node.name=" + name,
        "data.directory=" + data(name),
        "pool.size=1GiB",
        "engine.index-budget=16MiB",
        "nvme.buffer-size=8MiB",
        "iscsi.buffer-size=16MiB",
        "management.port=0",
        "nvme.port=0",
        "nvme.discovery-port=0",
        "iscsi.port=0");
  }

  /// Why a node of a cluster does not start whose configuration forgot that.
  StartException refusalWithoutAddress(String name) {
    return catchThrowableOfType(
        StartException.class,
        () ->
            Daemon.start(
                read(name, alone(name)), PoolClaim.OWN_ONLY, sentence -> {}, broken -> {}));
  }

  void start(String name, String... settings) throws Exception {
    Daemon started =
        Daemon.start(
            options(name, settings),
            PoolClaim.OWN_ONLY,
            sentence -> System.err.println(name + ": " + sentence),
            broken -> failures.add(name + ": " + broken));
    daemons.put(name, started);
  }

  /// Starts a node that goes on with whatever its disk has.
  void adopt(String name) throws Exception {
    Daemon started =
        Daemon.start(
            options(name),
            PoolClaim.ADOPT,
            sentence -> System.err.println(name + ": " + sentence),
            broken -> failures.add(name + ": " + broken));
    daemons.put(name, started);
  }

  void stop(String name) {
    Daemon stopping = daemons.remove(name);
    assertThat(stopping).as("daemon " + name).isNotNull();
    stopping.close();
  }

  /// By the owner's socket, which stays at its place as a node starts again.
  ControlClient client(String name) {
    return new ControlClient(
        URI.create("unix:" + data(name).resolve("api.sock").toAbsolutePath()), null);
  }

  ClusterInfo status(String name) {
    try (ControlClient client = client(name)) {
      return client.cluster();
    }
  }

  /// Waits until a node says something of the cluster.
  ClusterInfo await(String name, Predicate<ClusterInfo> isSo) throws Exception {
    long until = System.currentTimeMillis() + PATIENCE_MS;
    Object last = "nothing";
    while (System.currentTimeMillis() < until) {
      assertThat(failures).isEmpty();
      try {
        ClusterInfo info = status(name);
        last = info;
        if (isSo.test(info)) {
          return info;
        }
      } catch (RuntimeException startingAgain) {
        last = startingAgain;
      }
      Thread.sleep(POLL_MS);
    }
    throw new AssertionError("it never came to it, last was " + last);
  }

  static boolean isMember(ClusterInfo info) {
    return info.state().equals(ClusterInfo.MEMBER);
  }

  static boolean allUp(ClusterInfo info, int nodes) {
    return isMember(info)
        && info.nodes().size() == nodes
        && info.nodes().stream().allMatch(each -> each.state().equals("up") && each.pool() != null)
        && !info.leader().isEmpty()
        && info.nodes().stream().noneMatch(each -> each.role().equals("none"));
  }

  /// Begins a cluster on a node that runs.
  void init(String name) throws Exception {
    try (ControlClient client = client(name)) {
      client.initCluster();
    }
    await(name, ClusterFixture::isMember);
  }

  String token(String name) {
    try (ControlClient client = client(name)) {
      return client.giveToken(3_600).token();
    }
  }

  void join(String name, String token) throws Exception {
    try (ControlClient client = client(name)) {
      client.joinCluster(token);
    }
    await(name, ClusterFixture::isMember);
  }

  /// Three nodes, `a` the first.
  void three() throws Exception {
    for (String name : List.of("a", "b", "c")) {
      start(name);
    }
    init("a");
    join("b", token("a"));
    join("c", token("a"));
    for (String name : List.of("a", "b", "c")) {
      await(name, info -> allUp(info, 3));
    }
  }

  @Override
  public void close() {
    daemons.values().forEach(Daemon::close);
    daemons.clear();
  }
}
