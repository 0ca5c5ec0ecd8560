package io.ashlar.core.store;

import io.ashlar.core.base.Check;
import io.ashlar.core.index.BlockIndex;
import io.ashlar.core.index.LookupResult;
import io.ashlar.core.index.MappedRun;
import io.ashlar.core.index.Waiter;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.RequestQueue;
import io.ashlar.core.volume.VolumeGeometry;
import org.jspecify.annotations.Nullable;

/// Answers MAPPING requests, one at a time; the rest queue.
final class MappingOperation extends Waiter {
  private static final int BLOCK_BYTES = VolumeGeometry.BLOCK_BYTES;

  private final BlockIndex index;
  private final HealthLog health;
  private final MappedRun run = new MappedRun();
  private final RequestQueue waiting = new RequestQueue();
  private @Nullable BlockRequest current;
  private long runBlocks;
  private boolean runMapped;

  MappingOperation(BlockIndex index, HealthLog health) {
    this.index = index;
    this.health = health;
  }

  void submit(LocalVolume volume, BlockRequest request) {
    request.slot = volume;
    if (current != null) {
      waiting.add(request);
      return;
    }
    begin(request);
  }

  boolean abort(BlockRequest request) {
    return waiting.remove(request);
  }

  private void begin(BlockRequest request) {
    current = request;
    runBlocks = 0;
    onIndexProgress();
  }

  @Override
  public void onIndexProgress() {
    BlockRequest request = Check.present(current, "a question is asked for a request");
    LocalVolume volume = (LocalVolume) Check.present(request.slot, "which is for a volume");
    long first = request.offsetBytes / BLOCK_BYTES;
    long end = (request.offsetBytes + request.lengthBytes + BLOCK_BYTES - 1) / BLOCK_BYTES;
    if (!index.hasLayer(volume.layer())) {
      // Its volume was deleted while the question waited.
      end(request, BlockStatus.OFFLINE);
      return;
    }
    boolean more = true;
    while (more && first + runBlocks < end) {
      long at = first + runBlocks;
      LookupResult result = index.mappedRun(volume.layer(), at, end - at, run, this);
      if (result == LookupResult.PENDING) {
        return;
      }
      if (result == LookupResult.DAMAGED) {
        health.indexDamaged(run.damage());
        end(request, BlockStatus.MEDIUM_ERROR);
        return;
      }
      more = runBlocks == 0 || run.isMapped() == runMapped;
      if (more) {
        runMapped = run.isMapped();
        runBlocks += run.blocks();
      }
    }
    request.resultMapped = runMapped;
    long to = (first + runBlocks) * BLOCK_BYTES;
    request.resultBytes = Math.min(request.lengthBytes, to - request.offsetBytes);
    end(request, BlockStatus.OK);
  }

  private void end(BlockRequest request, BlockStatus status) {
    current = null;
    request.slot = null;
    request.complete(status);
    if (current == null && !waiting.isEmpty()) {
      begin(Check.present(waiting.poll(), "not empty"));
    }
  }
}
