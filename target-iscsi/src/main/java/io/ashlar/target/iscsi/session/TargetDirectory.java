package io.ashlar.target.iscsi.session;

import java.util.Collection;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// All targets there are: a snapshot, replaced as a whole when one comes, goes or changes.
public final class TargetDirectory {
  public static final TargetDirectory EMPTY = new TargetDirectory(java.util.List.of());

  private final SortedMap<String, ExportedVolume> byName = new TreeMap<>();

  public TargetDirectory(Collection<ExportedVolume> volumes) {
    for (ExportedVolume volume : volumes) {
      byName.put(volume.targetName(), volume);
    }
  }

  /// The target of this name, in whatever case, or null.
  public @Nullable ExportedVolume find(String targetName) {
    return byName.get(targetName.toLowerCase(Locale.ROOT));
  }

  /// All targets in the order of their names.
  public Collection<ExportedVolume> volumes() {
    return byName.values();
  }
}
