package io.ashlar.replication.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.replication.identity.NodeCredentials;
import io.ashlar.replication.metadata.ClusterCommand;
import io.ashlar.replication.metadata.ProposalStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Nodes in one process, over loopback, with directories below one.
final class RaftCluster implements AutoCloseable {
  static final RaftTimings TIMINGS = new RaftTimings(300, 600, 1_000, 20_000, 50, 8 << 10);
  static final int PATIENCE_MILLIS = 60_000;

  /// Below those that Linux gives to who dials, unless it is told otherwise.
  private static final int PORTS_FROM = 16_384;

  private static final int PORTS_TO = 32_768;

  static final UUID CLUSTER = new UUID(77, 77);

  private final Path directory;
  private final RaftTimings timings;
  private final List<RaftMember> members = new ArrayList<>();
  private final ConcurrentSkipListMap<Integer, RaftMetadataStore> stores =
      new ConcurrentSkipListMap<>();
  private final List<@Nullable NodeCredentials> credentials = new ArrayList<>();

  RaftCluster(Path directory, int nodes) {
    this(directory, nodes, TIMINGS);
  }

  RaftCluster(Path directory, int nodes, RaftTimings timings) {
    this.directory = directory;
    this.timings = timings;
    for (int port : freePorts(nodes)) {
      addAddress(port);
    }
  }

  private void addAddress(int port) {
    members.add(new RaftMember(new UUID(78, members.size()), "127.0.0.1", port));
    credentials.add(null);
  }

  /// Makes room for one more node.
  ///
  /// @return its index
  int another() {
    addAddress(freePorts(1).getFirst());
    return members.size() - 1;
  }

  /// Ports that were free a moment ago, all different. None that the kernel gives to whoever dials:
  /// those of a node that is down would be taken by the others, who dial it again and again.
  static List<Integer> freePorts(int count) {
    List<Integer> ports = new ArrayList<>();
    while (ports.size() < count) {
      int port = ThreadLocalRandom.current().nextInt(PORTS_FROM, PORTS_TO);
      if (!ports.contains(port) && isFree(port)) {
        ports.add(port);
      }
    }
    return ports;
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException taken) {
      return false;
    }
  }

  void secure(int index, NodeCredentials tls) {
    credentials.set(index, tls);
  }

  RaftMember member(int index) {
    return members.get(index);
  }

  RaftSettings settings(int index) {
    return settings(index, directory.resolve("node-" + index));
  }

  RaftSettings settings(int index, Path at) {
    return new RaftSettings(CLUSTER, members.get(index), at, timings, credentials.get(index));
  }

  /// Begins all nodes there are, or goes on with them.
  void open() throws Exception {
    List<RaftMember> all = List.copyOf(members);
    for (int i = 0; i < all.size(); i++) {
      RaftSettings settings = settings(i);
      stores.put(
          i,
          RaftMetadataStore.exists(settings)
              ? RaftMetadataStore.resume(settings)
              : RaftMetadataStore.form(settings, all));
    }
    for (RaftMetadataStore each : stores.values()) {
      assertThat(each.awaitCaughtUp(PATIENCE_MILLIS)).isNull();
    }
  }

  void put(int index, RaftMetadataStore store) {
    stores.put(index, store);
  }

  RaftMetadataStore store(int index) {
    RaftMetadataStore store = stores.get(index);
    if (store == null) {
      throw new AssertionError("node " + index + " does not run");
    }
    return store;
  }

  /// The index of the node that leads.
  int leader() throws InterruptedException {
    await(() -> leaderIndex() >= 0);
    return leaderIndex();
  }

  private int leaderIndex() {
    for (RaftMetadataStore each : stores.values()) {
      UUID leader = each.leader();
      for (int i : stores.keySet()) {
        if (members.get(i).node().equals(leader)) {
          return i;
        }
      }
    }
    return -1;
  }

  void close(int index) {
    RaftMetadataStore closing = store(index);
    stores.remove(index);
    closing.close();
  }

  void resume(int index) throws IOException {
    stores.put(index, RaftMetadataStore.resume(settings(index)));
  }

  /// Proposes and waits.
  ProposalStatus propose(int index, ClusterCommand command) throws Exception {
    return answer(index, command).get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS).status();
  }

  CompletableFuture<BatchReply.Result> answer(int index, ClusterCommand command) {
    CompletableFuture<BatchReply.Result> answer = new CompletableFuture<>();
    store(index)
        .propose(
            command,
            (status, sentence) -> answer.complete(new BatchReply.Result(status, sentence)));
    return answer;
  }

  void commit(int index, ClusterCommand command) throws Exception {
    BatchReply.Result result = answer(index, command).get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    assertThat(result.status()).as(result.sentence()).isEqualTo(ProposalStatus.COMMITTED);
  }

  static void await(BooleanSupplier isSo) throws InterruptedException {
    long deadline = System.currentTimeMillis() + PATIENCE_MILLIS;
    while (!isSo.getAsBoolean()) {
      if (System.currentTimeMillis() > deadline) {
        throw new AssertionError("it never came to it");
      }
      Thread.sleep(10);
    }
  }

  /// Waits until all nodes that run have this version.
  void awaitVersion(long version) throws InterruptedException {
    await(() -> stores.values().stream().allMatch(each -> each.state().version() >= version));
  }

  @Override
  public void close() {
    stores.values().forEach(RaftMetadataStore::close);
    stores.clear();
  }
}
