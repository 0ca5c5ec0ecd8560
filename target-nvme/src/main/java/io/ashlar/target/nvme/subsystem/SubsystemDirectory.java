package io.ashlar.target.nvme.subsystem;

import io.ashlar.core.base.Check;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// All exports at one moment, by name. Immutable; readers take it through a volatile reference.
public final class SubsystemDirectory {
  public static final SubsystemDirectory EMPTY = new SubsystemDirectory(List.of(), 0);

  private final SequencedMap<String, Subsystem> byNqn = new TreeMap<>();
  private final long generation;

  /// @param generation higher than that of the directory this one replaces; hosts see it in the
  ///   discovery log
  public SubsystemDirectory(Collection<Subsystem> subsystems, long generation) {
    for (Subsystem subsystem : subsystems) {
      Check.that(byNqn.put(subsystem.nqn(), subsystem) == null, "a volume is exported once");
    }
    this.generation = generation;
  }

  public @Nullable Subsystem find(String nqn) {
    return byNqn.get(nqn);
  }

  /// Ordered by name.
  public Collection<Subsystem> all() {
    return Collections.unmodifiableCollection(byNqn.values());
  }

  /// What a host may see, ordered by name.
  public List<Subsystem> visibleTo(String hostNqn) {
    return byNqn.values().stream().filter(s -> s.access().allows(hostNqn)).toList();
  }

  public long generation() {
    return generation;
  }
}
