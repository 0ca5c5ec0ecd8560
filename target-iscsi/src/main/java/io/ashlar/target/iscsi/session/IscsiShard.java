package io.ashlar.target.iscsi.session;

import io.ashlar.core.volume.BlockVolume;
import io.ashlar.target.iscsi.scsi.UnitIdentity;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What one event loop owns: its connections, the units of its volumes, and the memory for their
/// data. Used by that loop's thread only.
final class IscsiShard {
  private static final long TICK_MS = 1000;

  private final Portal portal;
  private final EventLoop loop;
  private final TransferBufferPool pool;
  private final Map<String, ServedUnit> units = new HashMap<>();
  private final List<IscsiConnection> connections = new ArrayList<>();
  private @Nullable ScheduledFuture<?> ticker;

  IscsiShard(Portal portal, EventLoop loop, long bufferBytes) {
    this.portal = portal;
    this.loop = loop;
    this.pool = new TransferBufferPool(bufferBytes);
  }

  TransferBufferPool pool() {
    return pool;
  }

  /// The unit of this volume, made when first wanted.
  ServedUnit unit(ExportedVolume volume) {
    ServedUnit present = units.get(volume.targetName());
    if (present != null && present.serves(volume)) {
      return present;
    }
    if (present != null) {
      present.close();
    }
    ServedUnit fresh = new ServedUnit(this, volume);
    units.put(volume.targetName(), fresh);
    return fresh;
  }

  /// The volume of this NAA identifier, if this shard owns it and the session may use it; else
  /// null.
  @Nullable BlockVolume findVolume(long naa, Session session) {
    for (ExportedVolume volume : portal.directory().volumes()) {
      boolean isIt = new UnitIdentity(volume.id(), volume.targetName()).naa() == naa;
      if (isIt && volume.shard().inEventLoop()) {
        return session.mayUse(volume) ? volume.volume() : null;
      }
    }
    return null;
  }

  /// Ends what is no longer in the directory, and the sessions of hosts that lost their access.
  void retain(TargetDirectory directory) {
    units
        .entrySet()
        .removeIf(entry -> {
          ServedUnit unit = entry.getValue();
          ExportedVolume still = directory.find(entry.getKey());
          if (still == null || !unit.serves(still)) {
            unit.close();
            return true;
          }
          unit.endSessionsWithoutAccess(still);
          return false;
        });
  }

  /// The names of the initiators that are logged in to a target.
  List<String> initiators(String targetName) {
    ServedUnit unit = units.get(targetName);
    return unit == null
        ? List.of()
        : unit.sessions().stream().map(Session::initiatorName).distinct().toList();
  }

  void add(IscsiConnection connection) {
    connections.add(connection);
    if (ticker == null) {
      ticker = loop.scheduleAtFixedRate(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
    }
  }

  void remove(IscsiConnection connection) {
    connections.remove(connection);
    ScheduledFuture<?> running = ticker;
    if (connections.isEmpty() && running != null) {
      running.cancel(false);
      ticker = null;
      pool.trim();
    }
  }

  /// A buffer for a session's command, taking back first what sockets have written since if memory
  /// is short; null if it stays short.
  @Nullable TransferBuffer acquire(int bytes, Session session) {
    TransferShare share = session.share();
    TransferBuffer buffer = pool.acquire(bytes, share);
    if (buffer == null) {
      session.connection().reap();
      buffer = pool.acquire(bytes, share);
    }
    if (buffer == null && !pool.hasSpentShare(bytes, share)) {
      for (IscsiConnection connection : connections) {
        connection.reap();
      }
      buffer = pool.acquire(bytes, share);
    }
    return buffer;
  }

  /// Takes a buffer back from a connection that is closed: its socket may still hold it.
  void giveBack(TransferBuffer buffer) {
    if (buffer.isInTransit()) {
      pool.abandon(buffer);
    } else {
      pool.release(buffer);
    }
  }

  private void tick() {
    long nowNs = System.nanoTime();
    // backwards: a connection that is cut off leaves the list
    for (int i = connections.size() - 1; i >= 0; i--) {
      connections.get(i).onTick(nowNs);
    }
  }
}
