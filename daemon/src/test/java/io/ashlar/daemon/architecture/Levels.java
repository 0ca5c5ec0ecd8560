package io.ashlar.daemon.architecture;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The packages of the whole project from the bottom up. A package may import packages of lower
/// levels only; those of one level never see each other.
final class Levels {
  private static final List<List<String>> BOTTOM_UP =
      List.of(
          List.of("core", "core.base", "control"),
          List.of("core.reservation", "core.device", "core.format"),
          List.of("core.volume"),
          List.of("core.transform", "core.qos", "core.index"),
          List.of("core.segment"),
          List.of("core.checkpoint", "core.gc", "core.recovery", "core.scrub"),
          List.of("core.store"),
          List.of("core.offline"),
          List.of(
              "nvme.local",
              "replication.metadata",
              "replication.transport",
              "replication.identity"),
          List.of(
              "simulation",
              "nvme.posix",
              "replication.metadata.local",
              "replication.metadata.raft",
              "replication.link",
              "replication.lease",
              "replication.network.frame"),
          List.of("replication.network"),
          List.of("simulation.network", "simulation.history", "replication.pipeline"),
          List.of("replication.failover"),
          List.of("nvme.memory", "nvme.file", "nvme.uring"),
          List.of("nvme"),
          List.of("target.nvme.spec", "target.iscsi.pdu", "initiator.nvme.wire"),
          List.of("target.nvme.pdu", "target.nvme.subsystem", "target.iscsi.scsi"),
          List.of("target.nvme.controller", "target.iscsi.session", "initiator.nvme.command"),
          List.of("target.nvme.queue", "initiator.nvme.queue"),
          List.of("target.nvme", "target.iscsi", "initiator.nvme"),
          List.of("initiator.nvme.bench"),
          List.of("cli"),
          List.of(
              "daemon.config",
              "daemon.disk",
              "daemon.loop",
              "daemon.log",
              "daemon.secret",
              "daemon.systemd",
              "daemon.offline"),
          List.of("daemon.metrics", "daemon.volume", "daemon.inspect", "daemon.salvage"),
          List.of("daemon.admin"),
          List.of("daemon.cluster"),
          List.of("daemon.node"),
          List.of("daemon.command", "daemon.demo"),
          List.of("daemon"));

  private static final Map<String, Integer> LEVEL_BY_PACKAGE = new LinkedHashMap<>();

  static {
    for (int level = 0; level < BOTTOM_UP.size(); level++) {
      for (String name : BOTTOM_UP.get(level)) {
        LEVEL_BY_PACKAGE.put("io.ashlar." + name, level);
      }
    }
  }

  private Levels() {}

  /// The level of a package, or null if it is not in the table.
  static @Nullable Integer of(String packageName) {
    return LEVEL_BY_PACKAGE.get(packageName);
  }
}
