package io.ashlar.daemon.cluster;

import io.ashlar.control.ControlException;
import io.ashlar.daemon.cluster.Door.Reply;
import io.ashlar.daemon.cluster.DoorMessages.NodeFigures;
import io.ashlar.daemon.config.DaemonOptions;
import io.ashlar.daemon.loop.ShardLoop;
import io.ashlar.daemon.secret.KekFile;
import io.ashlar.daemon.secret.SecretFileException;
import io.ashlar.replication.identity.CertificateCheck;
import io.ashlar.replication.identity.IdentityException;
import io.ashlar.replication.identity.NodeCredentials;
import io.ashlar.replication.identity.NodeName;
import io.ashlar.replication.identity.RefusedCertificateException;
import io.ashlar.replication.metadata.NodeMetadata;
import io.ashlar.replication.metadata.NodePlace;
import io.ashlar.replication.metadata.raft.RaftMember;
import io.ashlar.replication.metadata.raft.RaftMetadataException;
import io.ashlar.replication.metadata.raft.RaftMetadataStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// This node as one of a cluster, for one life of it.
public final class ClusterMember {
  private static final int STATUS_MS = 1_500;

  private final DaemonOptions options;
  private final ClusterDirectory directory;
  private final Life life;
  private final RaftMetadataStore metadata;
  private final Issuer issuer;
  private @Nullable ClusterNetwork network;

  private ClusterMember(
      DaemonOptions options, ClusterDirectory directory, Life life, RaftMetadataStore metadata) {
    this.options = options;
    this.directory = directory;
    this.life = life;
    this.metadata = metadata;
    issuer = new Issuer(directory, options, life.credentials(), metadata);
  }

  /// Opens the cluster's metadata, and waits until this node has all of it.
  ///
  /// @param localLog where the metadata of the node lay while it was alone
  /// @param progress hears a sentence when something takes time
  /// @return null for a node that is in no cluster
  /// @throws ClusterException with a sentence if it cannot be what it is
  public static @Nullable ClusterMember open(
      DaemonOptions options, ClusterDirectory directory, Path localLog, Consumer<String> progress)
      throws ClusterException {
    Membership membership = directory.load();
    if (membership == null) {
      return null;
    }
    DaemonOptions.Cluster cluster = options.cluster();
    if (cluster == null) {
      throw new ClusterException(
          "This node is number %d of cluster %s, and its configuration does not say where it is: set cluster.address and cluster.range as they were."
              .formatted(membership.number(), membership.cluster()));
    }
    NodeCredentials credentials = credentials(directory, membership);
    RaftMetadataStore metadata =
        new ClusterMetadata(cluster, directory, membership, credentials, localLog, progress).open();
    NodeMetadata known = metadata.state().nodes().get(membership.node());
    long incarnation = known == null ? 1 : known.incarnation() + 1;
    Life life = new Life(credentials, membership, cluster, incarnation);
    return new ClusterMember(options, directory, life, metadata);
  }

  private static NodeCredentials credentials(ClusterDirectory directory, Membership membership)
      throws ClusterException {
    String way =
        " Bring the files of %s back from a copy; or, if the other nodes are well, empty the data directory and let the node join again as a new one."
            .formatted(directory.path());
    try {
      NodeCredentials credentials = directory.identity().loadCredentials();
      NodeName expected = new NodeName(membership.cluster(), membership.number());
      if (!credentials.name().equals(expected)) {
        throw new ClusterException(
            "The certificate in %s is %s's, and this node is %s.%s"
                .formatted(directory.path(), credentials.name().uri(), expected.uri(), way));
      }
      var _ =
          new CertificateCheck(membership.cluster(), credentials.trusted())
              .check(credentials.certificate(), Instant.now());
      return credentials;
    } catch (IdentityException damaged) {
      throw new ClusterException(damaged.getMessage() + way, damaged);
    } catch (RefusedCertificateException refused) {
      throw new ClusterException(
          "No other node would believe this one with what is in node.pem and trusted.pem: %s.%s"
              .formatted(refused.getMessage(), way),
          refused);
    }
  }

  public RaftMetadataStore metadata() {
    return metadata;
  }

  public Membership membership() {
    return life.membership();
  }

  public Life life() {
    return life;
  }

  public Issuer issuer() {
    return issuer;
  }

  /// Puts the cluster's key in its place, where it came with the node's certificate. Nothing is
  /// sealed under the one that was there.
  public void installKey(KekFile kek) throws ClusterException, SecretFileException {
    Path came = directory.kek();
    if (!Files.exists(came)) {
      return;
    }
    byte[] copy = new byte[0];
    try {
      copy = Files.readAllBytes(came);
      kek.install(copy);
      Files.delete(came);
    } catch (IOException failure) {
      throw new ClusterException(
          came + " cannot be read or deleted: check its directory's owner.", failure);
    } finally {
      Arrays.fill(copy, (byte) 0);
    }
  }

  /// Opens the storage network on a shard.
  ///
  /// @param onOver hears why this life of the node is over, on the shard's thread
  public ClusterNetwork openNetwork(ShardLoop loop, Consumer<String> onOver)
      throws ClusterException {
    ClusterNetwork opened = ClusterNetwork.open(loop, life, metadata, onOver);
    network = opened;
    return opened;
  }

  /// The storage network; only once it is open.
  public ClusterNetwork network() {
    return Objects.requireNonNull(network, "the storage network is open");
  }

  /// This node as the metadata shall have it in this life.
  public NodeMetadata self() {
    DaemonOptions.Cluster cluster = life.options();
    NodePlace place =
        new NodePlace(
            membership().number(),
            cluster.address().getHostAddress(),
            cluster.port(),
            cluster.replicationPort(),
            cluster.metadataPort(),
            cluster.zone());
    return new NodeMetadata(membership().node(), options.nodeName(), life.incarnation(), place);
  }

  /// Lets others ask.
  ///
  /// @param figures how this node is
  public Door openDoor(Supplier<NodeFigures> figures) throws IOException {
    DaemonOptions.Cluster cluster = life.options();
    return new Door(
        new InetSocketAddress(cluster.address(), cluster.port()),
        cluster.range(),
        life.credentials(),
        (kind, request, caller, from) ->
            switch (kind) {
              case RESERVE -> issuer.reserve(request, from);
              case CERTIFY -> issuer.certify(request, from);
              case ADD -> add(caller);
              case STATUS -> {
                var _ = Issuer.member(metadata.state(), caller);
                yield Reply.of(figures.get());
              }
            });
  }

  private Reply add(@Nullable NodeName caller) {
    NodeMetadata node = Issuer.member(metadata.state(), caller);
    NodePlace place = Objects.requireNonNull(node.place(), "nodes of a cluster have a place");
    RaftMember member = new RaftMember(node.id(), place.host(), place.metadataPort());
    try {
      if (!metadata.members().contains(member)) {
        metadata.addMember(member);
      }
      return Reply.of(new DoorMessages.Nothing());
    } catch (RaftMetadataException refused) {
      throw new ControlException(
          io.ashlar.control.ProblemCode.NOT_READY, refused.getMessage() + ".");
    } catch (IOException failure) {
      throw new ControlException(
          io.ashlar.control.ProblemCode.NOT_READY, String.valueOf(failure.getMessage()));
    }
  }

  /// Asks other nodes how they are, all at once, for a moment.
  ///
  /// @return the answers by number, of those that gave one
  public Map<Integer, NodeFigures> figuresOf(List<NodeMetadata> nodes) {
    DoorClient door = new DoorClient(DoorTls.member(life.credentials()), life.options().address());
    Map<Integer, NodeFigures> answers = new ConcurrentHashMap<>();
    List<Thread> asking =
        nodes.stream()
            .map(each -> Thread.ofVirtual().start(() -> ask(door, each, answers)))
            .toList();
    for (Thread each : asking) {
      try {
        each.join();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return answers;
      }
    }
    return answers;
  }

  private static void ask(DoorClient door, NodeMetadata node, Map<Integer, NodeFigures> answers) {
    NodePlace place = node.place();
    if (place == null) {
      return;
    }
    try {
      InetSocketAddress at =
          new InetSocketAddress(InetAddress.ofLiteral(place.host()), place.doorPort());
      answers.put(
          place.number(),
          door.ask(at, DoorKind.STATUS, new DoorMessages.Nothing(), STATUS_MS)
              .as(NodeFigures.class));
    } catch (ControlException silent) {
      // The status says that it does not answer.
    }
  }

  /// Who was turned away of late.
  public List<String> refused() {
    return network().refusals().sentences(System.currentTimeMillis());
  }
}
