package io.ashlar.daemon.node;

import io.ashlar.cli.Version;
import io.ashlar.control.HealthCode;
import io.ashlar.control.HealthEntry;
import io.ashlar.control.NodeInfo;
import io.ashlar.control.NodeInfo.Endpoint;
import io.ashlar.control.PoolInfo;
import io.ashlar.daemon.admin.NodeView;
import io.ashlar.daemon.config.DaemonOptions;
import io.ashlar.daemon.metrics.NodeFigures;
import io.ashlar.daemon.metrics.NodeFigures.VolumeFigures;
import io.ashlar.daemon.volume.VolumeRecord;
import io.ashlar.daemon.volume.VolumeService;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// What the node says of itself, gathered when somebody asks.
final class NodeReport implements NodeView {
  private final DaemonOptions options;
  private final PoolShard pool;
  private final PoolScrub scrub;
  private final PoolReport poolReport;
  private final VolumeService volumes;
  private final Supplier<NodeCondition> condition;
  private volatile List<Endpoint> endpoints;
  private final String startedAt = Instant.now().toString();
  private volatile List<HealthEntry> startHealth = List.of();

  NodeReport(
      DaemonOptions options,
      PoolShard pool,
      VolumeService volumes,
      Supplier<NodeCondition> condition,
      List<Endpoint> endpoints) {
    this.options = options;
    this.pool = pool;
    this.scrub = new PoolScrub(pool, options.engine().scrubIntervalNs());
    this.poolReport = new PoolReport(pool, scrub);
    this.volumes = volumes;
    this.condition = condition;
    this.endpoints = List.copyOf(endpoints);
  }

  PoolScrub scrub() {
    return scrub;
  }

  VolumeService volumes() {
    return volumes;
  }

  /// Where the management API listens, known once it does.
  void management(List<Endpoint> management) {
    List<Endpoint> all = new ArrayList<>(management);
    all.addAll(endpoints);
    endpoints = List.copyOf(all);
  }

  /// What the start found out of order.
  void warnings(List<String> sentences) {
    startHealth = sentences.stream().map(HealthCode.VOLUMES_AMISS::says).toList();
  }

  @Override
  public boolean isReady() {
    return condition.get().state() == NodeState.READY && !HealthCode.isFailed(health());
  }

  /// The node's own, what the start found, and the pool's.
  @Override
  public List<HealthEntry> health() {
    return health(pool());
  }

  private List<HealthEntry> health(PoolInfo pool) {
    List<HealthEntry> all = new ArrayList<>();
    NodeCondition now = condition.get();
    if (now.state() == NodeState.FAILED) {
      all.add(HealthCode.NODE_FAILED.says(now.sentence()));
    }
    all.addAll(pool.health());
    all.addAll(startHealth);
    return all;
  }

  @Override
  public NodeInfo node() {
    List<HealthEntry> health = health();
    NodeState state = condition.get().state();
    boolean isFailed = HealthCode.isFailed(health);
    return new NodeInfo(
        options.nodeName(),
        Version.text(),
        isFailed ? NodeState.FAILED.word() : state.word(),
        startedAt,
        options.engine().shards(),
        volumes.records().size(),
        endpoints,
        options.insecure(),
        health);
  }

  @Override
  public PoolInfo pool() {
    return poolReport.pool(
        volumes.records().stream().mapToLong(each -> each.spec().sizeBytes()).sum());
  }

  /// The figures for a scrape.
  NodeFigures figures() {
    List<VolumeFigures> figures = new ArrayList<>();
    for (VolumeRecord volume : volumes.records()) {
      VolumeFront front = pool.front(volume.id());
      if (front != null) {
        figures.add(
            new VolumeFigures(volume.spec().name(), volume.spec().sizeBytes(), front.counters()));
      }
    }
    PoolInfo info = pool();
    return new NodeFigures(options.nodeName(), info, health(info), figures);
  }
}
