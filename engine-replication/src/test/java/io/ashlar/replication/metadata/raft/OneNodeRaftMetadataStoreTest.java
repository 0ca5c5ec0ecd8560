package io.ashlar.replication.metadata.raft;

import io.ashlar.replication.metadata.MetadataStore;
import io.ashlar.replication.metadata.MetadataStoreContract;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;

class OneNodeRaftMetadataStoreTest extends MetadataStoreContract {
  @TempDir Path directory;

  private @Nullable RaftCluster cluster;

  @Override
  protected MetadataStore open() throws Exception {
    RaftCluster present = cluster;
    if (present == null) {
      present = new RaftCluster(directory, 1);
      cluster = present;
    }
    present.open();
    return new SettlingStore(present.store(0), present::close);
  }

  @Override
  protected void settle() {
    ((SettlingStore) Objects.requireNonNull(store)).settle();
  }
}
