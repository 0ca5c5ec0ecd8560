package io.ashlar.core.qos;

import io.ashlar.core.reservation.ReservationTable;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// A volume that notes what reaches it and holds it until told to complete it.
final class FakeVolume implements BlockVolume {
  final List<BlockRequest> reached = new ArrayList<>();
  final List<BlockRequest> aborted = new ArrayList<>();
  private final ReservationTable reservations = new ReservationTable();
  private final VolumeId id = new VolumeId(new UUID(1, 2));
  boolean completesAtOnce;
  long bytes;

  @Override
  public VolumeId id() {
    return id;
  }

  @Override
  public VolumeGeometry geometry() {
    return new VolumeGeometry(1L << 30, 512);
  }

  @Override
  public ReservationTable reservations() {
    return reservations;
  }

  @Override
  public void submit(BlockRequest request) {
    reached.add(request);
    bytes += request.lengthBytes;
    request.slot = "the volume's own";
    if (completesAtOnce) {
      request.complete(BlockStatus.OK);
    }
  }

  @Override
  public boolean abort(BlockRequest request) {
    return aborted.add(request);
  }
}
