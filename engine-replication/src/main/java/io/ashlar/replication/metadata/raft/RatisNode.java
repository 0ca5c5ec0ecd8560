package io.ashlar.replication.metadata.raft;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.retry.RetryPolicy;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.TimeDuration;
import org.jspecify.annotations.Nullable;

/// This node's Ratis: a server that takes part, and a client that finds the leader.
final class RatisNode implements AutoCloseable {
  private static final int RETRY_MILLIS = 50;
  private static final int REACH_MILLIS = 300;
  private static final int CLOSE_MILLIS = 10_000;
  private static final int CLOSE_POLL_MILLIS = 5;

  private final RaftMember self;
  private final Path storageLock;
  private final RaftGroupId groupId;
  private final RaftProperties properties;
  private final Parameters parameters;
  private final RaftServer server;
  private final List<RaftPeer> contacts;
  private List<RaftPeer> clientPeers = List.of();
  private @Nullable RaftClient client;

  /// Until when the request under way is tried, by [System#nanoTime].
  private volatile long deadlineNs;

  /// What an entry came to.
  static final class Answer {
    private final byte[] reply;
    private final long index;

    private Answer(byte[] reply, long index) {
      this.reply = reply;
      this.index = index;
    }

    /// The state machine's bytes.
    byte[] reply() {
      return reply;
    }

    /// Where in the log the entry is.
    long index() {
      return index;
    }
  }

  private RatisNode(
      RaftSettings settings,
      RaftProperties properties,
      Parameters parameters,
      RaftServer server,
      List<RaftPeer> contacts) {
    this.self = settings.self();
    this.storageLock = settings.storage().resolve("in_use.lock");
    this.groupId = RaftGroupId.valueOf(settings.cluster());
    this.properties = properties;
    this.parameters = parameters;
    this.server = server;
    this.contacts = contacts;
  }

  /// @param voters of a store that is new; empty for one that resumes or joins
  /// @param contacts who is asked as long as this node does not know the members
  static RatisNode start(
      RaftSettings settings,
      List<RaftMember> voters,
      List<RaftMember> contacts,
      RaftStateMachine machine)
      throws IOException {
    RaftProperties properties = RatisOptions.properties(settings);
    Parameters parameters = RatisOptions.parameters(settings);
    RaftServer server =
        RaftServer.newBuilder()
            .setServerId(idOf(settings.self()))
            .setStateMachine(machine)
            .setGroup(RaftGroup.valueOf(RaftGroupId.valueOf(settings.cluster()), peers(voters)))
            .setOption(RaftStorage.StartupOption.RECOVER)
            .setProperties(properties)
            .setParameters(parameters)
            .build();
    try {
      server.start();
    } catch (IOException | RuntimeException e) {
      inBackground(server);
      throw e;
    }
    return new RatisNode(settings, properties, parameters, server, peers(contacts));
  }

  static RaftPeerId idOf(RaftMember member) {
    return RaftPeerId.valueOf(member.node().toString());
  }

  private static List<RaftPeer> peers(List<RaftMember> members) {
    List<RaftPeer> peers = new ArrayList<>();
    for (RaftMember each : members) {
      peers.add(RaftPeer.newBuilder().setId(idOf(each)).setAddress(each.address()).build());
    }
    return peers;
  }

  /// Sends an entry to the leader, whoever that is, until it is committed and applied there.
  ///
  /// @return null if that was not heard of in time
  @Nullable Answer exchange(byte[] entry, long untilNs) throws InterruptedException {
    deadlineNs = untilNs;
    try {
      RaftClientReply reply =
          client().io().send(Message.valueOf(UnsafeByteOperations.unsafeWrap(entry)));
      return reply.isSuccess()
          ? new Answer(reply.getMessage().getContent().toByteArray(), reply.getLogIndex())
          : null;
    } catch (InterruptedIOException e) {
      throw interrupted(e);
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }

  private static InterruptedException interrupted(InterruptedIOException cause) {
    InterruptedException interrupted = new InterruptedException(cause.getMessage());
    interrupted.initCause(cause);
    return interrupted;
  }

  /// A client that knows the present members.
  private synchronized RaftClient client() throws IOException {
    List<RaftPeer> peers = membersOrContacts();
    RaftClient present = client;
    if (present != null && peers.equals(clientPeers)) {
      return present;
    }
    if (present != null) {
      present.close();
    }
    RaftClient next =
        RaftClient.newBuilder()
            .setRaftGroup(RaftGroup.valueOf(groupId, peers))
            .setLeaderId(leaderId())
            .setProperties(properties)
            .setParameters(parameters)
            .setRetryPolicy(_ -> isLate() ? RetryPolicy.NO_RETRY_ACTION : RatisNode::pause)
            .build();
    clientPeers = peers;
    client = next;
    return next;
  }

  private boolean isLate() {
    return System.nanoTime() - deadlineNs > 0;
  }

  private static TimeDuration pause() {
    return TimeDuration.valueOf(RETRY_MILLIS, TimeUnit.MILLISECONDS);
  }

  private List<RaftPeer> membersOrContacts() {
    List<RaftPeer> peers = memberPeers();
    return peers.isEmpty() ? contacts : peers;
  }

  private List<RaftPeer> memberPeers() {
    try {
      Collection<RaftPeer> peers = server.getDivision(groupId).getRaftConf().getCurrentPeers();
      return peers.stream()
          .sorted((a, b) -> a.getId().toString().compareTo(b.getId().toString()))
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  List<RaftMember> members() {
    return memberPeers().stream().map(RatisNode::member).toList();
  }

  private static RaftMember member(RaftPeer peer) {
    String address = peer.getAddress();
    int colon = address.lastIndexOf(':');
    String host = address.substring(0, colon);
    return new RaftMember(
        UUID.fromString(peer.getId().toString()),
        host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
        Integer.parseInt(address.substring(colon + 1)));
  }

  private @Nullable RaftPeerId leaderId() {
    try {
      return server.getDivision(groupId).getInfo().getLeaderId();
    } catch (IOException e) {
      return null;
    }
  }

  /// Whom this node takes for the leader, or null.
  @Nullable UUID leader() {
    RaftPeerId leader = leaderId();
    return leader == null ? null : UUID.fromString(leader.toString());
  }

  /// A sentence for people to whom nobody answered in time.
  String whyNobodyAnswers() {
    List<RaftMember> all = membersOrContacts().stream().map(RatisNode::member).toList();
    List<String> silent = new ArrayList<>();
    for (RaftMember each : all) {
      if (!answers(each)) {
        silent.add(each.address());
      }
    }
    int needed = all.size() / 2 + 1;
    int answering = all.size() - silent.size();
    if (answering < needed) {
      return "the metadata has no quorum: %d of its %d nodes answer and %d must, start %s"
          .formatted(answering, all.size(), needed, String.join(", ", silent));
    }
    return "the metadata has no leader, although %d of its %d nodes answer"
        .formatted(answering, all.size());
  }

  private static boolean answers(RaftMember member) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(member.host(), member.port()), REACH_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /// Replaces the members, if they are still `present`.
  void setMembers(List<RaftMember> present, List<RaftMember> next, long untilNs)
      throws IOException {
    deadlineNs = untilNs;
    RaftClientReply reply =
        client()
            .admin()
            .setConfiguration(
                SetConfigurationRequest.Arguments.newBuilder()
                    .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
                    .setServersInCurrentConf(peers(present))
                    .setServersInNewConf(peers(next))
                    .build());
    if (!reply.isSuccess()) {
      throw new IOException("the leader did not take it", reply.getException());
    }
  }

  /// Takes part no more. Returns at once.
  void stop() {
    inBackground(server);
  }

  /// Returns when the log is closed, and port and directory are free for another one in this
  /// process. Ratis' event loops wait some seconds more for work that comes late; nobody needs to
  /// wait for that.
  @Override
  public void close() {
    stop();
    RaftClient present = client;
    if (present != null) {
      inBackground(present);
    }
    long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MILLIS);
    while (!(isPortFree() && isStorageFree()) && System.nanoTime() - untilNs < 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(CLOSE_POLL_MILLIS));
    }
  }

  private static void inBackground(Closeable closing) {
    Thread.ofPlatform()
        .name("metadata-closing")
        .daemon()
        .start(() -> {
          try {
            closing.close();
          } catch (IOException e) {
            // What was committed is durable, and what was not is unknown at worst.
          }
        });
  }

  private boolean isPortFree() {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(self.host(), self.port()));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /// Whether Ratis has let go of its own lock, which the store's lock does not cover.
  private boolean isStorageFree() {
    if (!Files.exists(storageLock)) {
      return true;
    }
    try (FileChannel probe = FileChannel.open(storageLock, StandardOpenOption.WRITE)) {
      return probe.tryLock() != null;
    } catch (OverlappingFileLockException held) {
      return false;
    } catch (IOException gone) {
      return true;
    }
  }
}
