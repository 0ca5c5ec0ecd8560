package io.ashlar.target.nvme.queue;

import io.ashlar.target.nvme.subsystem.SubsystemDirectory;
import io.ashlar.target.nvme.subsystem.TargetLimits;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.List;

/// What a connection asks of the target it belongs to. Any thread may ask.
public interface TargetContext {
  TargetLimits limits();

  SubsystemDirectory directory();

  /// The shard of one of the target's own loops.
  ShardContext shard(EventLoop loop);

  /// Where subsystems can be reached, as told to a host that reached the target at `local`.
  List<InetSocketAddress> portals(InetSocketAddress local);
}
