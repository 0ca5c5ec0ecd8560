package io.ashlar.daemon.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import io.ashlar.core.reservation.ReservationTable;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.BlockVolumeContract;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.simulation.MemoryBlockVolume;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// A guarded volume is a volume like any other, until the store under it throws.
class FailStopVolumeTest extends BlockVolumeContract {
  private final CheckFailedException broken = new CheckFailedException("planted");

  private final List<Throwable> told = new ArrayList<>();
  private int made;

  @Override
  protected BlockVolume newVolume(VolumeGeometry geometry) {
    return new FailStopVolume(MemoryBlockVolume.numbered(made++, geometry), told::add);
  }

  @Override
  protected void turn() {}

  /// A store that has found itself broken.
  private final class BrokenVolume implements BlockVolume {
    @Override
    public VolumeId id() {
      return new VolumeId(new UUID(0, 1));
    }

    @Override
    public VolumeGeometry geometry() {
      return new VolumeGeometry(1 << 20, 4096);
    }

    @Override
    public ReservationTable reservations() {
      throw new UnsupportedOperationException("not asked for here");
    }

    @Override
    public void submit(BlockRequest request) {
      throw broken;
    }

    @Override
    public boolean abort(BlockRequest request) {
      throw broken;
    }
  }

  @Test
  void shouldStopTheShardWhenTheStoreThrows() {
    FailStopVolume volume = new FailStopVolume(new BrokenVolume(), told::add);
    BlockRequest request = new BlockRequest(ended -> {});
    assertThatThrownBy(() -> volume.submit(request)).isSameAs(broken);
    assertThatThrownBy(() -> volume.abort(request)).isSameAs(broken);
    assertThat(told).containsExactly(broken, broken);
  }
}
