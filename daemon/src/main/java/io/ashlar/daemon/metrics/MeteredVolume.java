package io.ashlar.daemon.metrics;

import io.ashlar.core.base.Clock;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeLayer;
import org.jspecify.annotations.Nullable;

/// A volume that measures: how long each request takes from here to its completion. It passes each
/// request on as one of its own, from a list of used ones, so that a steady load allocates nothing.
public final class MeteredVolume extends VolumeLayer {
  private final VolumeCounters counters;
  private final Clock clock;
  private @Nullable Measurement free;

  public MeteredVolume(BlockVolume volume, VolumeCounters counters, Clock clock) {
    super(volume);
    this.counters = counters;
    this.clock = clock;
  }

  @Override
  public void submit(BlockRequest request) {
    Measurement measurement = free;
    if (measurement == null) {
      measurement = new Measurement();
    } else {
      free = measurement.nextFree;
    }
    measurement.begin(request);
    volume.submit(measurement.inner);
  }

  @Override
  public boolean abort(BlockRequest request) {
    return request.slot instanceof Measurement measurement && volume.abort(measurement.inner);
  }

  /// One request on its way. There are as many as requests were ever with the volume at once, which
  /// the connections' queue depths bound.
  private final class Measurement {
    final BlockRequest inner = new BlockRequest(ended -> this.end());
    @Nullable BlockRequest outer;
    @Nullable Measurement nextFree;
    long startNs;

    void begin(BlockRequest request) {
      outer = request;
      request.slot = this;
      inner.operation = request.operation;
      inner.offsetBytes = request.offsetBytes;
      inner.lengthBytes = request.lengthBytes;
      inner.data.wrap(request.data);
      inner.source = behind(request.source);
      inner.sourceOffsetBytes = request.sourceOffsetBytes;
      inner.resultBytes = 0;
      inner.resultMapped = false;
      startNs = clock.nanoTime();
    }

    void end() {
      BlockRequest request = outer;
      if (request == null) {
        throw new IllegalStateException("a request ends once");
      }
      counters.record(inner, clock.nanoTime() - startNs);
      request.resultBytes = inner.resultBytes;
      request.resultMapped = inner.resultMapped;
      request.slot = null;
      outer = null;
      inner.source = null;
      nextFree = free;
      free = this;
      request.complete(inner.status);
    }
  }
}
