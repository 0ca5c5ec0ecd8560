package io.ashlar.daemon.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ashlar.daemon.config.DaemonOptions;
import io.ashlar.daemon.loop.ShardLoop;
import io.ashlar.daemon.loop.SystemClock;
import io.ashlar.replication.identity.ClusterAuthority;
import io.ashlar.replication.identity.NodeCredentials;
import io.ashlar.replication.identity.NodeKeys;
import io.ashlar.replication.identity.NodeName;
import io.ashlar.replication.metadata.ClusterCommand;
import io.ashlar.replication.metadata.ClusterCommand.FormCluster;
import io.ashlar.replication.metadata.ClusterCommand.PutNode;
import io.ashlar.replication.metadata.NodeMetadata;
import io.ashlar.replication.metadata.NodePlace;
import io.ashlar.replication.metadata.ReplicaCommand.FenceNode;
import io.ashlar.replication.metadata.raft.RaftMember;
import io.ashlar.replication.metadata.raft.RaftMetadataStore;
import io.ashlar.replication.metadata.raft.RaftSettings;
import io.ashlar.replication.metadata.raft.RaftTimings;
import io.ashlar.replication.network.AddressRange;
import io.ashlar.replication.transport.TrafficClass;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two nodes' networks on shards of their own, over metadata of which the first is the only voter.
class ClusterNetworkTest {
  private static final UUID CLUSTER = new UUID(4, 4);
  private static final InetAddress LOCAL = InetAddress.ofLiteral("127.0.0.1");
  private static final long PATIENCE_MS = 60_000;

  @TempDir private Path directory;

  private final ClusterAuthority authority =
      ClusterAuthority.create(CLUSTER, Validities.ofAuthority());
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final List<DaemonOptions.Cluster> options = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // set before each test
  private RaftMetadataStore metadata;

  @BeforeEach
  void open() throws Exception {
    options.add(freePlace());
    options.add(freePlace());
    RaftMember self = new RaftMember(node(1), "127.0.0.1", options.getFirst().metadataPort());
    RaftSettings settings = new RaftSettings(CLUSTER, self, directory, RaftTimings.DEFAULT, null);
    metadata = RaftMetadataStore.form(settings, List.of(self));
    opened.add(metadata);
    assertThat(metadata.awaitCaughtUp(PATIENCE_MS)).isNull();
    commit(new FormCluster(CLUSTER));
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened.reversed()) {
      each.close();
    }
  }

  private static UUID node(int number) {
    return new UUID(5, number);
  }

  private static DaemonOptions.Cluster freePlace() throws Exception {
    List<Integer> ports = new ArrayList<>();
    List<ServerSocket> held = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ServerSocket each = new ServerSocket(0, 1, LOCAL);
      held.add(each);
      ports.add(each.getLocalPort());
    }
    for (ServerSocket each : held) {
      each.close();
    }
    return new DaemonOptions.Cluster(
        LOCAL, AddressRange.parse("127.0.0.0/24"), ports.get(0), ports.get(1), ports.get(2), "");
  }

  private void commit(ClusterCommand command) {
    Proposals.commit(metadata, command);
  }

  private NodeMetadata metadataOf(int number, long incarnation) {
    DaemonOptions.Cluster at = options.get(number - 1);
    return new NodeMetadata(
        node(number),
        "n" + number,
        incarnation,
        new NodePlace(number, "127.0.0.1", at.port(), at.replicationPort(), at.metadataPort(), ""));
  }

  /// A node's network, on a shard of its own.
  private final class Running {
    final CompletableFuture<Throwable> failure = new CompletableFuture<>();
    final ShardLoop loop =
        new ShardLoop("shard", SystemClock.INSTANCE, 0, broken -> failure.complete(broken));
    final CompletableFuture<String> over = new CompletableFuture<>();
    final ClusterNetwork network;

    Running(int number, long incarnation) throws ClusterException {
      opened.add(loop);
      KeyPair keys = NodeKeys.generate();
      NodeCredentials credentials =
          new NodeCredentials(
              new NodeName(CLUSTER, number),
              keys.getPrivate(),
              authority.issue(number, keys.getPublic(), Validities.ofNode()),
              List.of(authority.certificate()));
      Membership membership =
          new Membership(Stage.MEMBER, CLUSTER, node(number), number, null, List.of());
      network =
          ClusterNetwork.open(
              loop,
              new Life(credentials, membership, options.get(number - 1), incarnation),
              metadata,
              over::complete);
      opened.add(network);
    }

    boolean sees(int number) {
      PeerView view = network.view(number);
      return view != null && view.isUp();
    }
  }

  private static void await(BooleanSupplier isSo) throws Exception {
    long until = System.currentTimeMillis() + PATIENCE_MS;
    while (!isSo.getAsBoolean()) {
      assertThat(System.currentTimeMillis()).as("it never came to it").isLessThan(until);
      Thread.sleep(10);
    }
  }

  @Test
  void shouldReachTheNodesOfTheMetadataAndCarryMessages() throws Exception {
    Running one = new Running(1, 1);
    Running two = new Running(2, 1);
    commit(new PutNode(metadataOf(1, 1)));
    commit(new PutNode(metadataOf(2, 1)));
    await(() -> one.sees(2) && two.sees(1));
    CompletableFuture<Integer> from = new CompletableFuture<>();
    io.ashlar.replication.transport.Transport transport =
        two.loop.call(() -> two.network.transport());
    UnsafeBuffer message = new UnsafeBuffer(new byte[8]);
    await(() ->
        one.loop.call(
            () -> one.network.transport().send(2, TrafficClass.REPLICATION, message, 0, 8)));
    await(() -> {
      two.loop.call(
          () -> transport.poll((sender, traffic, buffer, offset, length) -> from.complete(sender)));
      return from.isDone();
    });
    assertThat(from.get()).isEqualTo(1);
  }

  @Test
  void shouldEndTheLifeOfANodeThatIsGone() throws Exception {
    Running one = new Running(1, 1);
    Running two = new Running(2, 1);
    Running three;
    options.add(freePlace());
    three = new Running(3, 1);
    for (int number = 1; number <= 3; number++) {
      commit(new PutNode(metadataOf(number, 1)));
    }
    await(() -> one.sees(2) && one.sees(3));
    three.network.close();
    opened.remove(three.network);
    await(() -> metadata.state().replication().isFenced(metadataOf(3, 1)));
    assertThat(one.sees(3)).isFalse();
    assertThat(metadata.state().replication().isFenced(metadataOf(2, 1))).isFalse();
    assertThat(one.over).isNotDone();
    assertThat(two.over).isNotDone();
  }

  @Test
  void shouldTellOnceThatItsOwnLifeIsOver() throws Exception {
    Running one = new Running(1, 1);
    commit(new PutNode(metadataOf(1, 1)));
    commit(new PutNode(metadataOf(2, 1)));
    assertThat(one.over).isNotDone();
    commit(new FenceNode(node(1), 1));
    assertThat(one.over.get(10, TimeUnit.SECONDS))
        .contains("ended its life 1: it begins a new one");
    Running two = new Running(2, 1);
    commit(new PutNode(metadataOf(2, 2)));
    assertThat(two.over.get(10, TimeUnit.SECONDS)).contains("Another process of this node");
    assertThat(one.failure).isNotDone();
  }

  @Test
  void shouldSayWhichPortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(options.getFirst().replicationPort(), 1, LOCAL)) {
      assertThat(taken.isBound()).isTrue();
      assertThat(catchThrowableOfType(ClusterException.class, () -> new Running(1, 1)))
          .hasMessageContaining("cluster.replication-port");
    }
  }
}
