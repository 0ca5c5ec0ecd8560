package io.ashlar.core.store;

import io.ashlar.core.base.Check;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import java.util.ArrayDeque;
import org.agrona.concurrent.UnsafeBuffer;

/// Appends changes of the catalogue to the log, in order. Rare, so it may allocate.
final class CatalogWriter {
  private record Pending(RecordType type, int layer, UnsafeBuffer payload, BlockRequest request) {}

  private final WritePath writes;
  private final ArrayDeque<Pending> pending = new ArrayDeque<>();

  CatalogWriter(WritePath writes) {
    this.writes = writes;
  }

  void put(VolumeEntry entry, CatalogChange change) {
    byte[] bytes = new byte[VolumeEntry.BYTES_MAX];
    int length = entry.encode(new UnsafeBuffer(bytes), 0);
    add(RecordType.VOLUME, entry.layer(), new UnsafeBuffer(bytes, 0, length), change);
  }

  void delete(int layer, CatalogChange change) {
    add(RecordType.VOLUME_DELETED, layer, new UnsafeBuffer(new byte[0]), change);
  }

  private void add(RecordType type, int layer, UnsafeBuffer payload, CatalogChange change) {
    BlockRequest request = new BlockRequest(done -> change.onDone(done.status));
    pending.add(new Pending(type, layer, payload, request));
    drain();
  }

  int drain() {
    int work = 0;
    while (!pending.isEmpty()) {
      Pending next = Check.present(pending.peek(), "not empty");
      if (!writes.appendCatalogue(
          next.type, next.layer, next.payload, next.payload.capacity(), next.request)) {
        return work;
      }
      pending.remove();
      work++;
    }
    return work;
  }

  void fail() {
    while (!pending.isEmpty()) {
      Check.present(pending.poll(), "not empty").request.complete(BlockStatus.OFFLINE);
    }
  }

  boolean isIdle() {
    return pending.isEmpty();
  }
}
