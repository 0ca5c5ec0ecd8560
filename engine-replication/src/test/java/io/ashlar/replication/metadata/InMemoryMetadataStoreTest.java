package io.ashlar.replication.metadata;

class InMemoryMetadataStoreTest extends MetadataStoreContract {
  private ClusterState last = ClusterState.EMPTY;

  @Override
  protected MetadataStore open() {
    MetadataStore opened = new InMemoryMetadataStore(last);
    opened.watch((command, state) -> last = state);
    return opened;
  }

  @Override
  protected void settle() {}
}
