package io.ashlar.target.nvme;

import io.ashlar.target.nvme.subsystem.TargetLimits;
import java.net.InetSocketAddress;
import java.util.List;

/// How a target behaves.
///
/// @param advertised where discovery says subsystems are, whatever address hosts come by; empty: at
///   the address by which the asking host came
public record TargetOptions(TargetLimits limits, List<InetSocketAddress> advertised) {
  public static final TargetOptions DEFAULT = new TargetOptions(TargetLimits.DEFAULT, List.of());

  public TargetOptions {
    advertised = List.copyOf(advertised);
  }
}
