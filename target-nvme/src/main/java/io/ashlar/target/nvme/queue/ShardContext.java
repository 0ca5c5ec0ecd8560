package io.ashlar.target.nvme.queue;

import io.ashlar.target.nvme.controller.DiscoveryControllers;
import io.ashlar.target.nvme.controller.SubsystemControllers;
import io.ashlar.target.nvme.subsystem.Subsystem;
import io.ashlar.target.nvme.subsystem.SubsystemDirectory;
import io.ashlar.target.nvme.subsystem.TargetLimits;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What one event loop holds for the target: payload memory and the controllers of its subsystems.
/// One thread's own, but for its construction.
public final class ShardContext {
  private final EventLoop loop;
  private final TargetLimits limits;
  private final PayloadPool pool;
  private final DiscoveryControllers discovery;
  private final Map<String, SubsystemControllers> subsystems = new HashMap<>();
  private long generation;

  public ShardContext(EventLoop loop, TargetLimits limits, Supplier<SubsystemDirectory> directory) {
    this.loop = loop;
    this.limits = limits;
    pool = new PayloadPool(loop, limits.queues().payloadBytesPerShard());
    discovery = new DiscoveryControllers(limits, loop, directory);
  }

  public EventLoop loop() {
    return loop;
  }

  PayloadPool pool() {
    return pool;
  }

  DiscoveryControllers discovery() {
    return discovery;
  }

  /// The controllers of a subsystem of this shard, or null if it is not exported here (any more).
  @Nullable SubsystemControllers subsystem(String nqn) {
    return subsystems.get(nqn);
  }

  /// Brings this shard in line with the directory: exports begin, change and end.
  public void apply(SubsystemDirectory directory) {
    for (String nqn : new ArrayList<>(subsystems.keySet())) {
      Subsystem next = directory.find(nqn);
      if (next == null || !next.shard().equals(loop)) {
        SubsystemControllers ended = subsystems.remove(nqn);
        if (ended != null) {
          ended.close("the volume is no longer exported here");
        }
      }
    }
    for (Subsystem next : directory.all()) {
      if (next.shard().equals(loop)) {
        applyOne(next);
      }
    }
    if (directory.generation() != generation) {
      generation = directory.generation();
      discovery.directoryChanged();
    }
  }

  private void applyOne(Subsystem next) {
    SubsystemControllers known = subsystems.get(next.nqn());
    if (known != null && known.subsystem().volume().equals(next.volume())) {
      known.update(next);
      return;
    }
    if (known != null) {
      known.close("the volume was replaced");
    }
    subsystems.put(next.nqn(), new SubsystemControllers(next, limits));
  }

  /// Tells the hosts of a subsystem that its namespace changed.
  public void namespaceChanged(String nqn) {
    SubsystemControllers known = subsystems.get(nqn);
    if (known != null) {
      known.namespaceChanged();
    }
  }

  /// The hosts of a subsystem by name, once for each of their controllers.
  public List<String> hosts(String nqn) {
    SubsystemControllers known = subsystems.get(nqn);
    return known == null ? List.of() : known.hosts();
  }

  /// Cuts all hosts off and returns free memory.
  public void close(String reason) {
    for (SubsystemControllers known : subsystems.values()) {
      known.close(reason);
    }
    subsystems.clear();
    discovery.close(reason);
    pool.trim();
  }
}
