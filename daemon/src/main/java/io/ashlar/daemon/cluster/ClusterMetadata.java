package io.ashlar.daemon.cluster;

import io.ashlar.control.ControlException;
import io.ashlar.daemon.cluster.Membership.Contact;
import io.ashlar.daemon.config.DaemonOptions;
import io.ashlar.replication.identity.NodeCredentials;
import io.ashlar.replication.metadata.ClusterState;
import io.ashlar.replication.metadata.local.LocalLogMetadataStore;
import io.ashlar.replication.metadata.local.MetadataLogException;
import io.ashlar.replication.metadata.raft.RaftMember;
import io.ashlar.replication.metadata.raft.RaftMetadataStore;
import io.ashlar.replication.metadata.raft.RaftSettings;
import io.ashlar.replication.metadata.raft.RaftTimings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// Opens the metadata that the nodes agree on, from wherever the node got to ([Stage]).
public final class ClusterMetadata {
  private static final int CATCH_UP_MS = 3_000;
  private static final int ADD_MS = 30_000;
  private static final int ADD_ATTEMPTS = 5;
  private static final long BETWEEN_ATTEMPTS_NS = TimeUnit.SECONDS.toNanos(1);

  private final DaemonOptions.Cluster options;
  private final ClusterDirectory directory;
  private final NodeCredentials credentials;
  private final Path localLog;
  private final Consumer<String> progress;
  private Membership membership;

  /// @param localLog where the metadata of the node lies as long as it is alone
  /// @param progress hears a sentence when something takes time
  public ClusterMetadata(
      DaemonOptions.Cluster options,
      ClusterDirectory directory,
      Membership membership,
      NodeCredentials credentials,
      Path localLog,
      Consumer<String> progress) {
    this.options = options;
    this.directory = directory;
    this.membership = membership;
    this.credentials = credentials;
    this.localLog = localLog;
    this.progress = progress;
  }

  /// Opens it, and waits until it has all that the cluster agreed on: as long as there is no
  /// quorum, this does not return.
  ///
  /// @throws ClusterException with a sentence
  public RaftMetadataStore open() throws ClusterException {
    RaftMetadataStore store = null;
    try {
      store = begin();
      awaitCaughtUp(store);
      reach(Stage.MEMBER);
      ClusterDirectory.remove(localLog);
      return store;
    } catch (IOException | MetadataLogException refused) {
      close(store);
      throw new ClusterException(sentence(refused), refused);
    } catch (ClusterException | RuntimeException refused) {
      close(store);
      throw refused;
    }
  }

  private static void close(@org.jspecify.annotations.Nullable RaftMetadataStore store) {
    if (store != null) {
      store.close();
    }
  }

  private static String sentence(Exception refused) {
    String message = String.valueOf(refused.getMessage());
    return message.endsWith(".") ? message : message + ".";
  }

  private RaftMetadataStore begin() throws IOException, MetadataLogException, ClusterException {
    RaftSettings settings = settings();
    return switch (membership.stage()) {
      case FORMING -> {
        ClusterDirectory.remove(directory.raft());
        yield RaftMetadataStore.formFrom(settings, ownState());
      }
      case JOINING -> {
        ClusterDirectory.remove(directory.raft());
        RaftMetadataStore store = RaftMetadataStore.join(settings, contacts());
        reach(Stage.ADDING);
        yield added(store);
      }
      case ADDING ->
          added(
              RaftMetadataStore.exists(settings)
                  ? RaftMetadataStore.resume(settings)
                  : RaftMetadataStore.join(settings, contacts()));
      case MEMBER -> RaftMetadataStore.resume(settings);
    };
  }

  /// What the node's own log has.
  private ClusterState ownState() throws MetadataLogException {
    LocalLogMetadataStore own = LocalLogMetadataStore.open(localLog);
    try {
      return own.state();
    } finally {
      own.close();
    }
  }

  private RaftSettings settings() {
    RaftMember self =
        new RaftMember(
            membership.node(), options.address().getHostAddress(), options.metadataPort());
    return new RaftSettings(
        membership.cluster(), self, directory.raft(), RaftTimings.DEFAULT, credentials);
  }

  private List<RaftMember> contacts() {
    return membership.contacts().stream()
        .map(each -> new RaftMember(each.node(), each.host(), each.metadataPort()))
        .toList();
  }

  private void reach(Stage stage) throws ClusterException {
    if (membership.stage() != stage) {
      membership = membership.at(stage);
      directory.save(membership);
    }
  }

  /// Asks the nodes that it knows, one after the other, to let this one vote.
  private RaftMetadataStore added(RaftMetadataStore store) throws ClusterException {
    DoorClient door = new DoorClient(DoorTls.member(credentials), options.address());
    String refusal = "no node of the cluster is known";
    for (int attempt = 0; attempt < ADD_ATTEMPTS; attempt++) {
      for (Contact each : membership.contacts()) {
        try {
          progress.accept("Asking node " + each.number() + " to let this one vote …");
          var _ =
              door.ask(
                  new InetSocketAddress(InetAddress.ofLiteral(each.host()), each.doorPort()),
                  DoorKind.ADD,
                  new DoorMessages.Nothing(),
                  ADD_MS);
          return store;
        } catch (ControlException refused) {
          refusal = refused.problem().detail();
        }
      }
      LockSupport.parkNanos(BETWEEN_ATTEMPTS_NS);
    }
    store.close();
    throw new ClusterException(
        "The cluster does not let this node vote: %s Start it again to ask once more."
            .formatted(refusal));
  }

  private void awaitCaughtUp(RaftMetadataStore store) throws ClusterException {
    try {
      String why = store.awaitCaughtUp(CATCH_UP_MS);
      while (why != null) {
        progress.accept("Waiting for the cluster's metadata: " + why + ".");
        why = store.awaitCaughtUp(CATCH_UP_MS);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new ClusterException("Interrupted while waiting for the cluster's metadata.");
    }
  }
}
