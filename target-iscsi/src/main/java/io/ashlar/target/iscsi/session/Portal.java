package io.ashlar.target.iscsi.session;

import io.ashlar.core.volume.VolumeId;
import io.netty.channel.EventLoop;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// What all connections of a target have in common. The one thing here that threads share; all else
/// belongs to one shard.
public final class Portal {
  /// The least memory for data on their way that a shard can work with.
  public static final long BUFFER_BYTES_MIN = TransferBufferPool.BUDGET_BYTES_MIN;

  /// The fixed part of a portal's configuration.
  ///
  /// @param limits what sessions may use
  /// @param chapAlgorithms the hashes that CHAP may use
  /// @param discoveryNeedsProof whether discovery sessions must authenticate
  /// @param addresses what SendTargets tells; empty for the address that the initiator came to
  /// @param bufferBytes each shard's budget for data on their way
  public record Options(
      SessionLimits limits,
      List<ChapAlgorithm> chapAlgorithms,
      boolean discoveryNeedsProof,
      List<String> addresses,
      long bufferBytes) {
    public Options {
      chapAlgorithms = List.copyOf(chapAlgorithms);
      addresses = List.copyOf(addresses);
    }
  }

  private final Options options;
  private final SecureRandom random = new SecureRandom();
  private final Map<EventLoop, IscsiShard> shards = new ConcurrentHashMap<>();
  private volatile TargetDirectory directory = TargetDirectory.EMPTY;

  public Portal(Options options) {
    this.options = options;
  }

  Options options() {
    return options;
  }

  SecureRandom random() {
    return random;
  }

  TargetDirectory directory() {
    return directory;
  }

  /// Replaces the targets. Sessions of targets that are gone end, and those of hosts that may no
  /// longer use theirs; the others see nothing.
  public void publish(TargetDirectory next) {
    directory = next;
    for (Map.Entry<EventLoop, IscsiShard> entry : shards.entrySet()) {
      entry.getKey().execute(() -> entry.getValue().retain(next));
    }
  }

  /// The names of the initiators that are logged in to a volume, asked on its shard's thread.
  public List<String> initiators(VolumeId volume) {
    ExportedVolume exported = directory.find(ExportedVolume.NAME_PREFIX + volume);
    IscsiShard shard = exported == null ? null : shards.get(exported.shard());
    return exported == null || shard == null
        ? List.of()
        : exported
            .shard()
            .submit(() -> shard.initiators(exported.targetName()))
            .syncUninterruptibly()
            .getNow();
  }

  /// The part of the target that this loop's thread owns.
  IscsiShard shard(EventLoop loop) {
    return shards.computeIfAbsent(loop, l -> new IscsiShard(this, l, options.bufferBytes()));
  }
}
