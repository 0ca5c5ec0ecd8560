package io.ashlar.daemon.node;

import io.ashlar.control.ClusterInfo;
import io.ashlar.control.ControlException;
import io.ashlar.control.JoinTokenInfo;
import io.ashlar.control.ProblemCode;
import io.ashlar.daemon.admin.ClusterControl;
import io.ashlar.daemon.cluster.ClusterDirectory;
import io.ashlar.daemon.cluster.ClusterException;
import io.ashlar.daemon.cluster.ClusterMember;
import io.ashlar.daemon.cluster.Founder;
import io.ashlar.daemon.cluster.Issuer;
import io.ashlar.daemon.cluster.Joiner;
import io.ashlar.daemon.cluster.NodeIdentity;
import io.ashlar.daemon.config.DaemonOptions;
import io.ashlar.daemon.volume.VolumeRecord;
import io.ashlar.daemon.volume.VolumeService;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Makes the node one of a cluster, and says how that is.
final class ClusterAdmin implements ClusterControl {
  private static final Duration TOKEN_MIN = Duration.ofMinutes(1);
  private static final Duration TOKEN_MAX = Duration.ofDays(7);

  private final DaemonOptions options;
  private final ClusterDirectory directory;
  private final @Nullable ClusterMember member;
  private final VolumeService volumes;
  private final Own own;

  /// What a node that is alone knows of itself, and how it starts again.
  ///
  /// @param cluster the one that its pool is formatted for
  /// @param status of the cluster
  /// @param onOver takes the sentence that tells why this life is over
  record Own(UUID cluster, Supplier<ClusterInfo> status, Consumer<String> onOver) {}

  ClusterAdmin(
      DaemonOptions options,
      ClusterDirectory directory,
      @Nullable ClusterMember member,
      VolumeService volumes,
      Own own) {
    this.options = options;
    this.directory = directory;
    this.member = member;
    this.volumes = volumes;
    this.own = own;
  }

  @Override
  public ClusterInfo status() {
    return own.status().get();
  }

  private DaemonOptions.Cluster requireAlone() {
    if (member != null) {
      throw new ControlException(
          ProblemCode.ALREADY_CLUSTERED,
          "This node is number %d of cluster %s already: see 'ashlar cluster status'."
              .formatted(member.membership().number(), member.membership().cluster()));
    }
    DaemonOptions.Cluster cluster = options.cluster();
    if (cluster == null) {
      throw new ControlException(
          ProblemCode.CLUSTER_NOT_CONFIGURED,
          "The node's configuration does not say where other nodes find it: set cluster.address and"
              + " cluster.range (docs/cluster.md), and start it again.");
    }
    return cluster;
  }

  @Override
  public void init() {
    DaemonOptions.Cluster cluster = requireAlone();
    String sentence =
        volumes.retire(records -> {
          requireLasting(records);
          try {
            var _ = Founder.found(directory, own.cluster());
            return "This node is the first of cluster %s now, at %s; it starts again."
                .formatted(own.cluster(), cluster.address().getHostAddress());
          } catch (ClusterException failure) {
            throw new ControlException(ProblemCode.NOT_READY, String.valueOf(failure.getMessage()));
          }
        });
    own.onOver().accept(sentence);
  }

  /// What lies in memory does not outlive a start.
  private void requireLasting(List<VolumeRecord> records) {
    if (options.storage().isPoolInMemory() && !records.isEmpty()) {
      throw new ControlException(
          ProblemCode.NODE_HAS_VOLUMES,
          "The pool is in memory, and its volumes would be lost as the node starts again: delete them"
              + " first.");
    }
  }

  @Override
  public JoinTokenInfo giveToken(long goodSeconds) {
    if (member == null) {
      throw new ControlException(
          ProblemCode.NOT_CLUSTERED,
          "This node is in no cluster that others could join: run 'ashlar cluster init' first.");
    }
    Duration good = Duration.ofSeconds(goodSeconds);
    if (good.compareTo(TOKEN_MIN) < 0 || good.compareTo(TOKEN_MAX) > 0) {
      throw new ControlException(
          ProblemCode.INVALID_REQUEST, "A token is good for a minute to seven days.");
    }
    Issuer.Given given = member.issuer().give(good);
    return new JoinTokenInfo(given.text(), given.expires().toString());
  }

  @Override
  public void join(String token) {
    DaemonOptions.Cluster cluster = requireAlone();
    String sentence =
        volumes.retire(records -> {
          if (!records.isEmpty()) {
            throw new ControlException(
                ProblemCode.NODE_HAS_VOLUMES,
                "This node has %d volume(s) of its own, and a node that joins begins with an empty pool: delete them, or let the others join this node."
                    .formatted(records.size()));
          }
          return joined(cluster, token);
        });
    own.onOver().accept(sentence);
  }

  private String joined(DaemonOptions.Cluster cluster, String token) {
    try {
      UUID node = NodeIdentity.of(options.storage().dataDirectory());
      int number =
          new Joiner(directory, cluster, node, options.nodeName())
              .join(token, own.cluster())
              .number();
      return "This node is number %d of its cluster now; it starts again.".formatted(number);
    } catch (ClusterException failure) {
      throw new ControlException(ProblemCode.NOT_READY, String.valueOf(failure.getMessage()));
    }
  }
}
