package io.ashlar.daemon.volume;

import io.ashlar.control.ControlException;
import io.ashlar.control.ProblemCode;
import io.ashlar.core.volume.VolumeId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A [VolumeEngine] that keeps volumes' shapes, and what was exported, in maps.
public final class FakeVolumeEngine implements VolumeEngine {
  public final Map<VolumeId, Held> volumes = new LinkedHashMap<>();
  public final Map<VolumeId, VolumeRecord> exported = new LinkedHashMap<>();

  /// Creations beyond this many volumes are refused, as by a full pool.
  public int roomFor = Integer.MAX_VALUE;

  /// Who is connected to each exported volume.
  public List<String> connected = List.of();

  /// Whether deletions fail.
  public boolean isDown;

  @Override
  public List<Held> held() {
    return new ArrayList<>(volumes.values());
  }

  @Override
  public void create(VolumeRecord volume) {
    if (volumes.size() >= roomFor) {
      throw new ControlException(ProblemCode.POOL_FULL, "The pool is full: delete something.");
    }
    volumes.put(volume.id(), new Held(volume.id(), volume.spec()));
  }

  @Override
  public void export(VolumeRecord volume) {
    exported.put(volume.id(), volume);
  }

  @Override
  public void resize(VolumeRecord volume) {
    volumes.put(volume.id(), new Held(volume.id(), volume.spec()));
  }

  @Override
  public List<String> connected(VolumeId id) {
    return exported.containsKey(id) ? connected : List.of();
  }

  @Override
  public void withdraw(VolumeRecord volume) {
    exported.remove(volume.id());
  }

  @Override
  public void delete(VolumeId id) {
    if (isDown) {
      throw new ControlException(ProblemCode.NOT_READY, "The pool does not answer.");
    }
    volumes.remove(id);
  }
}
