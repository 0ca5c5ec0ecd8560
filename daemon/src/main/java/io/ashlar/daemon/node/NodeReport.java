package io.ashlar.daemon.node;

import io.ashlar.cli.Version;
import io.ashlar.control.NodeInfo;
import io.ashlar.control.NodeInfo.Endpoint;
import io.ashlar.control.PoolInfo;
import io.ashlar.core.store.StoreStatistics;
import io.ashlar.daemon.admin.NodeView;
import io.ashlar.daemon.config.DaemonOptions;
import io.ashlar.daemon.metrics.NodeFigures;
import io.ashlar.daemon.metrics.NodeFigures.VolumeFigures;
import io.ashlar.daemon.volume.VolumeRecord;
import io.ashlar.daemon.volume.VolumeService;
import io.ashlar.nvme.local.DeviceHealth;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/// What the node says of itself, gathered when somebody asks.
final class NodeReport implements NodeView {
  private static final double FULL_WARNING = 0.85;

  private final DaemonOptions options;
  private final PoolShard pool;
  private final VolumeService volumes;
  private final Supplier<NodeState> state;
  private volatile List<Endpoint> endpoints;
  private final String startedAt = Instant.now().toString();
  private volatile List<String> warnings = List.of();

  NodeReport(
      DaemonOptions options,
      PoolShard pool,
      VolumeService volumes,
      Supplier<NodeState> state,
      List<Endpoint> endpoints) {
    this.options = options;
    this.pool = pool;
    this.volumes = volumes;
    this.state = state;
    this.endpoints = List.copyOf(endpoints);
  }

  /// Where the management API listens, known once it does.
  void management(String address) {
    List<Endpoint> all = new ArrayList<>();
    all.add(new Endpoint("management", address));
    all.addAll(endpoints);
    endpoints = List.copyOf(all);
  }

  /// What the start found out of order.
  void warnings(List<String> sentences) {
    warnings = List.copyOf(sentences);
  }

  @Override
  public boolean isReady() {
    return state.get() == NodeState.READY;
  }

  @Override
  public NodeInfo node() {
    return new NodeInfo(
        options.nodeName(),
        Version.text(),
        state.get().word(),
        startedAt,
        options.engine().shards(),
        volumes.records().size(),
        endpoints,
        options.insecure(),
        warnings);
  }

  @Override
  public PoolInfo pool() {
    StoreStatistics store = pool.statistics();
    DeviceHealth device = pool.device().health();
    long provisioned = volumes.records().stream().mapToLong(each -> each.spec().sizeBytes()).sum();
    long damaged = store.health().damagedBlocks() + store.health().damagedPages();
    long errors = store.health().readErrors() + store.health().writeErrors();
    long free = Math.max(0, store.usableBytes() - store.usedBytes());
    return new PoolInfo(
        pool.device().name(),
        pool.device().engine(),
        stateOf(device, damaged, errors),
        store.deviceBytes(),
        store.usableBytes(),
        store.usedBytes(),
        free,
        provisioned,
        store.logBytesWritten(),
        store.movedBytes(),
        damaged,
        errors,
        options.engine().indexBudgetBytes(),
        poolWarnings(store, provisioned, device));
  }

  private static String stateOf(DeviceHealth device, long damaged, long errors) {
    if (device.gone()) {
      return "failed";
    }
    return damaged + errors + device.ioErrors() > 0 ? "degraded" : "healthy";
  }

  private static List<String> poolWarnings(
      StoreStatistics store, long provisioned, DeviceHealth device) {
    List<String> warnings = new ArrayList<>();
    if (device.gone()) {
      warnings.add("The disk is gone: nothing is served until it is back and the node restarted.");
    }
    if (store.usedBytes() > FULL_WARNING * store.usableBytes()) {
      warnings.add(
          "The pool is more than 85 % full: discard, delete or move volumes before it is.");
    }
    if (provisioned > store.usableBytes()) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "Volumes may grow to %.1f times what the pool holds: watch its free space.",
              (double) provisioned / store.usableBytes()));
    }
    return warnings;
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
    return new NodeFigures(options.nodeName(), pool(), figures);
  }
}
