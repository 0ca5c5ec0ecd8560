package io.ashlar.daemon.node;

import io.ashlar.control.ClusterInfo;
import io.ashlar.control.NodeInfo;
import io.ashlar.control.NodeInfo.Endpoint;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.transform.LocalKeyProvider;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.daemon.admin.AdminServer;
import io.ashlar.daemon.admin.ClusterControl;
import io.ashlar.daemon.admin.MetricsSource;
import io.ashlar.daemon.admin.Routes;
import io.ashlar.daemon.cluster.ClusterDirectory;
import io.ashlar.daemon.cluster.ClusterException;
import io.ashlar.daemon.cluster.ClusterMember;
import io.ashlar.daemon.cluster.DoorMessages.NodeFigures;
import io.ashlar.daemon.cluster.Registration;
import io.ashlar.daemon.config.DaemonOptions;
import io.ashlar.daemon.loop.ShardLoop;
import io.ashlar.daemon.loop.SystemClock;
import io.ashlar.daemon.metrics.NodeMetrics;
import io.ashlar.daemon.secret.ApiToken;
import io.ashlar.daemon.secret.ChapFile;
import io.ashlar.daemon.secret.KekFile;
import io.ashlar.daemon.secret.SecretFileException;
import io.ashlar.daemon.volume.ExportNames;
import io.ashlar.daemon.volume.VolumeService;
import io.ashlar.replication.metadata.MetadataStore;
import io.ashlar.replication.metadata.NodeMetadata;
import io.ashlar.replication.metadata.local.LocalLogMetadataStore;
import io.ashlar.replication.metadata.local.MetadataLogException;
import io.ashlar.target.iscsi.session.HostAccess;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A running node. What was opened is closed in the opposite order, also when the start fails.
public final class Node implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Node.class);

  private final DaemonOptions options;
  private final PoolClaim claim;
  private final Consumer<String> progress;
  private final Consumer<Throwable> onFailure;
  private final Consumer<String> onOver;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private volatile NodeCondition condition = NodeCondition.STARTING;
  private @Nullable NodeReport report;

  private Node(
      DaemonOptions options,
      PoolClaim claim,
      Consumer<String> progress,
      Consumer<Throwable> onFailure,
      Consumer<String> onOver) {
    this.options = options;
    this.claim = claim;
    this.progress = progress;
    this.onFailure = onFailure;
    this.onOver = onOver;
  }

  /// Starts a node; hosts are served when this returns.
  ///
  /// @param claim what to do about a pool that the metadata does not know
  /// @param progress hears a sentence when something takes time
  /// @param onFailure runs on the shard's thread if the shard found itself broken: the process must
  ///   end, and recovers when it is started again
  /// @param onOver hears why this life of the node is over: it is to be closed, and started again
  /// @throws StartException with a sentence; nothing stays open
  public static Node start(
      DaemonOptions options,
      PoolClaim claim,
      Consumer<String> progress,
      Consumer<Throwable> onFailure,
      Consumer<String> onOver)
      throws StartException {
    Node node = new Node(options, claim, progress, onFailure, onOver);
    try {
      node.open();
      return node;
    } catch (ClusterException refused) {
      node.close();
      throw new StartException("cluster", String.valueOf(refused.getMessage()), refused);
    } catch (SecretFileException refused) {
      node.close();
      throw new StartException("secret-file", String.valueOf(refused.getMessage()), refused);
    } catch (MetadataLogException refused) {
      node.close();
      throw new StartException("metadata", String.valueOf(refused.getMessage()), refused);
    } catch (StartException | RuntimeException refused) {
      node.close();
      throw refused;
    }
  }

  private <T extends AutoCloseable> T opened(T part) {
    opened.push(part);
    return part;
  }

  private void open()
      throws StartException, SecretFileException, MetadataLogException, ClusterException {
    MemoryNeed.check(options, MemoryNeed.allowedBytes());
    DataDirectory data = opened(DataDirectory.open(options.storage().dataDirectory()));
    ApiToken token = ApiToken.open(data.tokenFile());
    KekFile kek = new KekFile(options.storage().kekFile());
    ClusterDirectory directory = new ClusterDirectory(options.storage().dataDirectory());
    ClusterMember member = ClusterMember.open(options, directory, data.metadata(), progress);
    MetadataStore metadata =
        opened(member == null ? LocalLogMetadataStore.open(data.metadata()) : member.metadata());
    Home home = new Home(metadata, member == null ? null : member.membership());
    ShardLoop loop =
        opened(
            new ShardLoop(
                "ashlar-shard-0", SystemClock.INSTANCE, options.engine().spinNs(), this::fail));
    PoolDevice device = opened(PoolDevice.open(options.storage(), loop, progress));
    PoolOpening opening = new PoolOpening(metadata, device, home, progress);
    opening.check(claim);
    if (member == null) {
      makeKeyAtFirstStart(kek, metadata.state().volumes().isEmpty() && device.cluster() == null);
    } else {
      member.installKey(kek);
      requireKey(kek);
      opened(member.openNetwork(loop, onOver));
    }
    LocalKeyProvider controlKeys = opened(kek.open());
    LocalKeyProvider shardKeys = opened(kek.open());
    TargetServers targets = new TargetServers(loop, options, chap());
    PoolShard pool = opened(opening.open(loop, shardKeys, options.engine()));
    opened(targets);
    if (member != null) {
      register(member, device, pool);
    }
    MetadataRegistry registry =
        new MetadataRegistry(metadata, home, NodeVolumes.layers(pool, controlKeys));
    VolumeService volumes =
        new VolumeService(
            registry,
            new NodeVolumes(pool, targets, registry::metadata),
            new ExportNames(
                () -> texts(targets.nvmeListeners()), () -> texts(targets.iscsiPortals())));
    NodeReport about = serve(pool, targets, volumes);
    manage(about, control(member, directory, metadata, volumes, about), token, data.socket());
  }

  /// Says in the metadata that the node lives again, and what it has.
  private static void register(ClusterMember member, PoolDevice device, PoolShard pool)
      throws ClusterException {
    Superblock root = Objects.requireNonNull(device.root(), "an opened pool has a superblock");
    NodeMetadata self = member.self();
    Registration registration = new Registration(member.metadata());
    registration.begin(self);
    registration.attach(
        self,
        new Registration.Disk(
            Home.slotOf(member.membership()),
            root.device(),
            device.device().name(),
            device.device().geometry().sizeBytes(),
            root.epoch() + Home.EPOCHS_PER_START));
    registration.adopt(
        pool.entries().stream().map(each -> new VolumeId(each.uuid())).toList(), root.device());
  }

  /// What the API does about the cluster, and the door at which other nodes ask.
  private ClusterControl control(
      @Nullable ClusterMember member,
      ClusterDirectory directory,
      MetadataStore metadata,
      VolumeService volumes,
      NodeReport about)
      throws StartException {
    Supplier<NodeFigures> figures = () -> new NodeFigures(about.node(), about.pool());
    UUID cluster =
        Objects.requireNonNull(metadata.state().cluster(), "an opened pool has a cluster");
    Supplier<ClusterInfo> status;
    if (member == null) {
      status = () -> ClusterReport.alone(cluster, figures.get());
    } else {
      status = new ClusterReport(member, figures)::report;
      try {
        opened(member.openDoor(figures));
      } catch (IOException taken) {
        DaemonOptions.Cluster at = member.life().options();
        throw StartException.addressUnavailable(
            "cluster.port", new InetSocketAddress(at.address(), at.port()), taken);
      }
    }
    return new ClusterAdmin(
        options, directory, member, volumes, new ClusterAdmin.Own(cluster, status, onOver));
  }

  private void requireKey(KekFile kek) throws StartException {
    if (!kek.exists()) {
      throw new StartException(
          "key-file-missing",
          "The key file "
              + options.storage().kekFile()
              + " is missing, and volumes are sealed under it: bring it back from your copy, or copy"
              + " it from another node of the cluster.");
    }
  }

  /// A new key in the place of a lost one would hide that the data can no longer be read.
  private void makeKeyAtFirstStart(KekFile kek, boolean isNew)
      throws StartException, SecretFileException {
    if (kek.exists()) {
      return;
    }
    Path file = options.storage().kekFile();
    if (!isNew) {
      throw new StartException(
          "key-file-missing",
          "The key file "
              + file
              + " is missing, and volumes are sealed under it: bring it back from your copy.");
    }
    kek.create();
    progress.accept("Made the key file " + file + ": keep a copy, no data without it.");
  }

  /// Serves hosts, and returns what the node says of itself from now on.
  private NodeReport serve(PoolShard pool, TargetServers targets, VolumeService volumes)
      throws StartException {
    List<String> warnings = volumes.start();
    warnings.forEach(sentence -> LOG.warn("{}", sentence));
    // Only now: a host that reconnects and does not find its volume gives it up for lost.
    targets.listen(options);
    NodeReport about = new NodeReport(options, pool, volumes, () -> condition, endpoints(targets));
    about.warnings(warnings);
    return about;
  }

  private void manage(NodeReport about, ClusterControl cluster, ApiToken token, Path socket)
      throws StartException {
    Path local = AdminServer.canHaveSocket(socket) ? socket : null;
    if (local == null) {
      LOG.warn("{} is too long a path for a socket: commands use the token.", socket);
    }
    Routes routes = new Routes(about.volumes(), about, metrics(about), about.scrub(), cluster);
    AdminServer admin = opened(new AdminServer(options.management(), local, token, routes));
    try {
      int port = admin.start();
      InetSocketAddress address = new InetSocketAddress(options.management().getAddress(), port);
      List<Endpoint> endpoints = new ArrayList<>();
      endpoints.add(new Endpoint("management", text(address)));
      if (local != null) {
        endpoints.add(new Endpoint("management", "unix:" + local.toAbsolutePath()));
      }
      about.management(endpoints);
    } catch (BindException taken) {
      throw StartException.addressUnavailable("management.port", options.management(), taken);
    } catch (IOException refused) {
      throw new StartException(
          "socket-unavailable",
          "The management socket " + socket + " cannot be made: check its directory's owner.",
          refused);
    }
    report = about;
    become(NodeCondition.of(NodeState.READY));
    LOG.info("Serving {} volumes.", about.volumes().records().size());
  }

  private static List<Endpoint> endpoints(TargetServers targets) {
    List<Endpoint> endpoints = new ArrayList<>();
    texts(targets.nvmeListeners()).forEach(a -> endpoints.add(new Endpoint("nvme-tcp", a)));
    texts(targets.discoveryListeners())
        .forEach(a -> endpoints.add(new Endpoint("nvme-discovery", a)));
    texts(targets.iscsiPortals()).forEach(a -> endpoints.add(new Endpoint("iscsi", a)));
    return endpoints;
  }

  private static MetricsSource metrics(NodeReport report) {
    NodeMetrics metrics = new NodeMetrics(report::figures);
    return new MetricsSource() {
      @Override
      public String contentType() {
        return metrics.contentType();
      }

      @Override
      public void write(OutputStream out) throws IOException {
        metrics.write(out);
      }
    };
  }

  private @Nullable Map<String, HostAccess> chap() throws SecretFileException {
    Path file = options.iscsi().chapFile();
    return file == null ? null : new ChapFile(file).read();
  }

  private static List<String> texts(List<InetSocketAddress> addresses) {
    return addresses.stream().map(Node::text).toList();
  }

  /// `address:port`, an IPv6 address in brackets.
  private static String text(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  /// A node that failed stays so.
  private synchronized void become(NodeCondition next) {
    if (condition.state() != NodeState.FAILED) {
      condition = next;
    }
  }

  private void fail(Throwable broken) {
    NodeCondition failed = NodeCondition.failed(broken);
    become(failed);
    LOG.error("{}", failed.sentence(), broken);
    onFailure.accept(broken);
  }

  /// What the node says of itself. Only of a node that started.
  public NodeInfo info() {
    NodeReport about = report;
    if (about == null) {
      throw new IllegalStateException("the node did not start");
    }
    return about.node();
  }

  /// Lets hosts go, makes a last checkpoint, and closes everything.
  @Override
  public void close() {
    become(NodeCondition.of(NodeState.STOPPING));
    while (!opened.isEmpty()) {
      AutoCloseable part = opened.pop();
      try {
        part.close();
      } catch (Exception failure) {
        LOG.warn("{} did not close cleanly.", part.getClass().getSimpleName(), failure);
      }
    }
  }
}
