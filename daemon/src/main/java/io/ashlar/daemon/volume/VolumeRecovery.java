package io.ashlar.daemon.volume;

import io.ashlar.control.VolumeSpec;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.daemon.volume.VolumeEngine.Held;
import io.ashlar.daemon.volume.VolumeRecord.Phase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Brings records and engine together at start, by this table:
///
/// | record | engine has it | then |
/// |---|---|---|
/// | CREATING | no | forget it: nobody was told of it |
/// | CREATING | yes | it is READY |
/// | READY | yes | serve it, in the size that the engine has: a crash may have come between a resize
/// and its record |
/// | READY | no | keep the record, do not serve, warn: it is another pool, or damage |
/// | DELETING | either | finish deleting |
/// | none | yes | record it under the name on the device, for no host: lost metadata loses no data,
/// and who was allowed to use it is not known any more |
final class VolumeRecovery {
  private static final int ID_LETTERS = 8;

  private final VolumeRegistry registry;
  private final VolumeEngine engine;
  private final Consumer<VolumeRecord> finishDeletion;
  private final List<String> warnings = new ArrayList<>();

  VolumeRecovery(
      VolumeRegistry registry, VolumeEngine engine, Consumer<VolumeRecord> finishDeletion) {
    this.registry = registry;
    this.engine = engine;
    this.finishDeletion = finishDeletion;
  }

  List<String> run() {
    Map<VolumeId, Held> unrecorded = new LinkedHashMap<>();
    engine.held().forEach(held -> unrecorded.put(held.id(), held));
    for (VolumeRecord volume : List.copyOf(registry.records())) {
      Held held = unrecorded.remove(volume.id());
      settle(volume, held);
    }
    unrecorded.values().forEach(this::adopt);
    return warnings;
  }

  private void settle(VolumeRecord volume, @Nullable Held held) {
    switch (volume.phase()) {
      case CREATING -> {
        if (held != null) {
          serve(volume.phase(Phase.READY));
        } else {
          registry.remove(volume.id());
        }
      }
      case READY -> {
        if (held != null) {
          exportAsHeld(volume, held);
        } else {
          warnings.add(
              "Volume '%s' (%s) is recorded, and the pool does not hold it: it is not served."
                  .formatted(volume.spec().name(), volume.id()));
        }
      }
      case DELETING -> {
        if (held != null) {
          finishDeletion.accept(volume);
        } else {
          registry.remove(volume.id());
        }
      }
    }
  }

  private void exportAsHeld(VolumeRecord volume, Held held) {
    long sizeBytes = held.spec().sizeBytes();
    if (volume.spec().sizeBytes() == sizeBytes) {
      engine.export(volume);
    } else {
      serve(volume.sized(sizeBytes));
    }
  }

  private void adopt(Held held) {
    VolumeSpec found = held.spec();
    boolean isTaken =
        registry.records().stream().anyMatch(each -> each.spec().name().equals(found.name()));
    String name =
        isTaken || !VolumeRules.isName(found.name())
            ? "recovered-" + held.id().toString().substring(0, ID_LETTERS)
            : found.name();
    warnings.add(
        "The pool holds volume %s without a record of it: it is '%s' now, without limits and closed to all hosts; let one in with 'ashlar host allow %s NQN|IQN'."
            .formatted(held.id(), name, name));
    VolumeSpec spec =
        new VolumeSpec(
            name,
            found.sizeBytes(),
            found.logicalBlockBytes(),
            found.encrypted(),
            found.compressed(),
            found.qos(),
            List.of(VolumeSpec.NO_HOST));
    serve(new VolumeRecord(held.id(), spec, Phase.READY));
  }

  private void serve(VolumeRecord volume) {
    registry.put(volume);
    engine.export(volume);
  }
}
