package io.ashlar.target.nvme.subsystem;

/// All limits of a target.
public record TargetLimits(
    QueueLimits queues,
    ConnectionLimits connections,
    KeepAliveLimits keepAlive,
    DigestPolicy digests) {
  public static final TargetLimits DEFAULT =
      new TargetLimits(
          QueueLimits.DEFAULT,
          ConnectionLimits.DEFAULT,
          KeepAliveLimits.DEFAULT,
          DigestPolicy.ALLOWED);
}
