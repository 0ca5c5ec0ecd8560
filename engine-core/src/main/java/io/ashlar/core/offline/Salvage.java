package io.ashlar.core.offline;

import io.ashlar.core.checkpoint.CheckpointVolume;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.EntryFlyweight;
import io.ashlar.core.format.PageCodec;
import io.ashlar.core.format.PointerFlyweight;
import io.ashlar.core.format.Sectors;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.offline.CheckpointFound.FoundLayer;
import io.ashlar.core.offline.SalvageSurvey.LayerNews;
import io.ashlar.core.offline.SalvageSurvey.VolumeNews;
import io.ashlar.core.store.VolumeKeys;
import io.ashlar.core.transform.BlockOpener;
import io.ashlar.core.transform.KeyProvider;
import io.ashlar.core.transform.KeyRing;
import io.ashlar.core.transform.OpenResult;
import io.ashlar.core.transform.SealedBlock;
import io.ashlar.core.transform.XtsProvider;
import io.ashlar.core.volume.VolumeGeometry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.collections.LongHashSet;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// Copies what is readable off a device that no node can serve any more, and never writes to it.
///
/// The trees of the newest readable checkpoint say which version of a block is the right one and
/// where it lies; records of the log say what came after, and where the cleaner has left other
/// copies. Every group of every segment is looked at, so that neither the superblocks nor the
/// checkpoint nor an unbroken log is needed; the less there is, the less is certain, and what is
/// not certain is told. A version known to be the newest whose bytes are damaged is never replaced
/// by an older one, unless it may never have become durable: then it is, and that is told.
public final class Salvage {
  /// So many segments are scanned without a word.
  private static final int MESSAGE_SEGMENTS = 64;

  private final PolledDevice device;
  private final SalvageRoot start;
  private final SalvageTarget target;
  private final @Nullable VolumeKeys keys;
  private final KeyRing ring;
  private final int leavesMax;
  private final int segments;
  private final DeviceReader reader;
  private final TreeReader trees;
  private final BlockOpener opener;
  private final SealedBlock sealed = new SealedBlock();
  private final UnsafeBuffer block =
      new UnsafeBuffer(ByteBuffer.allocateDirect(VolumeGeometry.BLOCK_BYTES));
  private final SalvageSurvey survey = new SalvageSurvey();
  private @Nullable CheckpointFound checkpoint;

  /// @param provider of the keys that wrap the volumes' keys; null to leave encrypted volumes out
  /// @param memoryBytes about what may be taken for what is known of blocks; the less, the more
  ///   often the device is read
  public Salvage(
      PolledDevice device,
      SalvageRoot start,
      @Nullable KeyProvider provider,
      SalvageTarget target,
      long memoryBytes) {
    this.device = device;
    this.start = start;
    this.target = target;
    ring = new KeyRing(XtsProvider.best());
    keys = provider == null ? null : new VolumeKeys(provider, ring, target::onProgress);
    leavesMax = Math.clamp(memoryBytes / (PageCodec.PAGE_BYTES + 512), 16, 1 << 24);
    segments = start.segmentsThere(device.device().geometry().sizeBytes());
    reader = new DeviceReader(device);
    trees = new TreeReader(reader, start.root().geometry());
    opener = new BlockOpener(ring);
  }

  /// Does everything.
  public SalvageReport run() {
    scan(survey, "Looking for what is there");
    survey.finish();
    CheckpointFound found = chooseCheckpoint();
    checkpoint = found;
    if (found != null) {
      PointerFlyweight root = new PointerFlyweight();
      found
          .layers()
          .forEach((id, layer) -> trees.root(id, layer.rootLevel(), root.wrap(layer.root(), 0)));
    }
    List<SalvagedVolume> volumes = new ArrayList<>();
    SalvageBatch batch = newBatch();
    for (Map.Entry<Integer, VolumeEntry> each : entries().entrySet()) {
      batch = plan(volume(each.getKey(), each.getValue()), volumes, batch);
    }
    for (Map.Entry<Integer, LayerNews> each : orphans().entrySet()) {
      LayerNews news = each.getValue();
      SalvagedVolume orphan =
          new SalvagedVolume(
              each.getKey(), null, news.blocks, news.hasEncrypted, everything(news.blocks));
      batch = plan(orphan, volumes, batch);
    }
    copy(batch);
    volumes.forEach(each -> each.advanceTo(each.isLocked() ? 0 : each.blocks()));
    ring.destroy();
    return report(volumes);
  }

  private SalvageReport report(List<SalvagedVolume> volumes) {
    CheckpointFound found = checkpoint;
    return new SalvageReport(
        start.sound(),
        found == null ? -1 : found.number(),
        found != null && found.replayFrom() > 0,
        segments,
        start.root().geometry().segments() - segments,
        survey.groups(),
        survey.damagedGroups(),
        found == null && !isLogEverything() ? 0 : survey.missingFrom(catalogueFrom()),
        survey.unreadableBytes(),
        volumes);
  }

  private void scan(ScanVisitor visitor, String what) {
    SegmentScan scan = new SegmentScan(device, start.root());
    int step = Math.max(MESSAGE_SEGMENTS, segments / 10);
    for (int segment = 0; segment < segments; segment++) {
      if (segment % step == 0) {
        target.onProgress("%s: segment %d of %d".formatted(what, segment, segments));
      }
      scan.scan(segment, visitor);
    }
  }

  /// With both superblocks, the newer names the checkpoint that counts. With one, a newer one may
  /// have been named by the other. With a checkpoint never made, there is none.
  private @Nullable CheckpointFound chooseCheckpoint() {
    Superblock root = start.root();
    CheckpointFound named = start.sound() == 0 ? null : CheckpointFound.named(device, root);
    if (named != null && start.sound() == 2) {
      return named;
    }
    CheckpointFound newest = CheckpointFound.newest(device, root, survey.checkpoints);
    boolean isNewer = newest != null && (named == null || newest.number() > named.number());
    return isNewer ? newest : named;
  }

  private long catalogueFrom() {
    CheckpointFound found = checkpoint;
    return found == null ? 1 : found.catalogueFrom();
  }

  /// Nothing was ever checkpointed, so that the log alone is everything.
  private boolean isLogEverything() {
    return start.sound() == 2
        && start.root().checkpoint().equals(Superblock.Pieces.NONE)
        && survey.checkpoints.isEmpty();
  }

  /// The volumes, by layer.
  private Map<Integer, VolumeEntry> entries() {
    Map<Integer, VolumeEntry> entries = new TreeMap<>();
    CheckpointFound found = checkpoint;
    if (found != null) {
      for (CheckpointVolume volume : found.volumes()) {
        entries.put(volume.entry().layer(), volume.entry());
      }
    }
    for (Map.Entry<Integer, TreeMap<Long, VolumeNews>> each : survey.volumes.entrySet()) {
      for (VolumeNews news : each.getValue().tailMap(catalogueFrom(), true).values()) {
        if (news.entry() == null) {
          entries.remove(each.getKey());
        } else {
          entries.put(each.getKey(), news.entry());
        }
      }
    }
    return entries;
  }

  /// Layers with blocks and without any word of a volume; a checkpoint would know of it.
  private Map<Integer, LayerNews> orphans() {
    Map<Integer, LayerNews> orphans = new TreeMap<>();
    if (checkpoint == null) {
      orphans.putAll(survey.layers);
      orphans.keySet().removeAll(survey.volumes.keySet());
    }
    return orphans;
  }

  private SalvagedVolume volume(int layer, VolumeEntry entry) {
    boolean locked = entry.encrypted() && (keys == null || keys.transform(entry) == null);
    long blocks = entry.sizeBytes() / VolumeGeometry.BLOCK_BYTES;
    List<SalvagedRange> uncertain = new ArrayList<>();
    if (checkpoint == null && !isLogEverything()) {
      uncertain = everything(blocks);
    }
    return new SalvagedVolume(layer, entry, blocks, locked, uncertain);
  }

  private static List<SalvagedRange> everything(long blocks) {
    return new ArrayList<>(List.of(new SalvagedRange(0, blocks, SalvagedRange.Kind.UNCERTAIN)));
  }

  private SalvageBatch newBatch() {
    Map<Integer, List<Integer>> heads = new TreeMap<>();
    CheckpointFound found = checkpoint;
    if (found != null) {
      for (CheckpointVolume volume : found.volumes()) {
        int head = volume.entry().layer();
        FoundLayer layer = found.layers().get(head);
        while (layer != null && layer.parent() != 0) {
          heads.computeIfAbsent(layer.parent(), id -> new ArrayList<>()).add(head);
          layer = found.layers().get(layer.parent());
        }
      }
    }
    return new SalvageBatch(survey, found == null ? 0 : found.replayFrom(), heads);
  }

  /// Adds a volume's leaves to the batch, and copies whenever that is full.
  ///
  /// @return the batch to go on with
  private SalvageBatch plan(
      SalvagedVolume volume, List<SalvagedVolume> volumes, SalvageBatch begun) {
    volumes.add(volume);
    SalvageBatch batch = begun;
    if (volume.isLocked()) {
      return batch;
    }
    for (long leaf : leavesOf(volume)) {
      if (batch.planned().size() == leavesMax) {
        copy(batch);
        batch = newBatch();
      }
      fromTree(volume.layer(), leaf, batch.plan(volume, leaf));
    }
    return batch;
  }

  private long[] leavesOf(SalvagedVolume volume) {
    LongHashSet leaves = new LongHashSet();
    LayerNews news = survey.layers.get(volume.layer());
    if (news != null) {
      leaves.addAll(news.leaves);
    }
    trees.leaves(
        volume.layer(),
        new TreeReader.LeafVisitor() {
          @Override
          public void onLeaf(long leaf) {
            leaves.add(leaf);
          }

          @Override
          public void onDamaged(long firstLeaf, long count) {
            volume.uncertainLeaves(firstLeaf, count);
          }
        });
    CheckpointFound found = checkpoint;
    if (found != null) {
      found.points().stream()
          .filter(point -> point.layer == volume.layer())
          .forEach(point -> leaves.add(point.lba / PageCodec.SLOTS));
    }
    long end = Math.ceilDiv(volume.blocks(), (long) PageCodec.SLOTS);
    return Arrays.stream(sorted(leaves)).filter(leaf -> leaf >= 0 && leaf < end).toArray();
  }

  private static long[] sorted(LongHashSet set) {
    long[] all = new long[set.size()];
    LongHashSet.LongIterator each = set.iterator();
    for (int i = 0; i < all.length; i++) {
      all[i] = each.nextValue();
    }
    Arrays.sort(all);
    return all;
  }

  private void fromTree(int layer, long leaf, LeafVersions versions) {
    if (checkpoint == null) {
      if (isLogEverything()) {
        versions.absentInTree();
      }
      return;
    }
    if (!trees.knows(layer)) {
      // Made after the checkpoint: all of it is in the log.
      versions.absentInTree();
      return;
    }
    switch (trees.leaf(layer, leaf)) {
      case FOUND -> versions.fromTree(trees.page());
      case ABSENT -> versions.absentInTree();
      case UNMAPPED -> versions.unmappedInTree(layer, trees.tombstoneId());
      case DAMAGED -> {}
    }
  }

  private void copy(SalvageBatch batch) {
    if (batch.planned().isEmpty()) {
      return;
    }
    CheckpointFound found = checkpoint;
    if (found != null) {
      found.ranges().forEach(batch::carried);
      found.points().forEach(batch::carried);
    }
    scan(batch, "Collecting versions of %d leaves".formatted(batch.planned().size()));
    target.onProgress("Copying");
    for (SalvageBatch.Planned each : batch.planned()) {
      copy(each);
    }
  }

  private void copy(SalvageBatch.Planned leaf) {
    SalvagedVolume volume = leaf.volume();
    long first = leaf.leaf() * PageCodec.SLOTS;
    int count = (int) Math.min(PageCodec.SLOTS, volume.blocks() - first);
    for (int slot = 0; slot < count; slot++) {
      volume.note(first + slot, copy(leaf, slot, first + slot));
    }
  }

  /// The newest version that can be read, of those that a power loss may have cut short; else the
  /// one that is known to be durable, and no older one.
  ///
  /// @return what is wrong with the block; null if nothing is
  private SalvagedRange.@Nullable Kind copy(SalvageBatch.Planned leaf, int slot, long lba) {
    LeafVersions versions = leaf.versions();
    boolean isCertain = versions.isCertain() && leaf.volume().entry() != null;
    SalvagedRange.Kind certainty = isCertain ? null : SalvagedRange.Kind.UNCERTAIN;
    for (EntryFlyweight newer : leaf.tail().newerThan(slot, versions.entry(slot).writeId())) {
      if (!newer.isStored()) {
        return certainty;
      }
      if (open(newer, lba)) {
        give(leaf, lba);
        return certainty;
      }
      certainty = SalvagedRange.Kind.UNCERTAIN;
    }
    EntryFlyweight entry = versions.entry(slot);
    if (entry.isPoisoned()) {
      return SalvagedRange.Kind.UNREADABLE;
    }
    if (!entry.isMapped() || !entry.isStored()) {
      return certainty;
    }
    if (!versions.read(slot, place -> open(place, lba))) {
      return SalvagedRange.Kind.UNREADABLE;
    }
    give(leaf, lba);
    return certainty;
  }

  private void give(SalvageBatch.Planned leaf, long lba) {
    leaf.volume().copied();
    target.onBlock(leaf.volume(), lba, block, 0);
  }

  private boolean open(EntryFlyweight place, long lba) {
    int bytes = (int) Sectors.toBytes(place.units());
    boolean isRead =
        bytes <= VolumeGeometry.BLOCK_BYTES
            && bytes >= place.length()
            && reader.read(Sectors.toBytes(place.address()), bytes);
    if (!isRead) {
      return false;
    }
    sealed.identify(place.owner(), lba, place.writeId());
    sealed.codec = place.codec();
    sealed.storedLength = place.length();
    sealed.keyGeneration = place.keyGeneration();
    sealed.crc32c = place.checksum();
    return opener.open(sealed, reader.memory(), reader.at(), block, 0) == OpenResult.OK;
  }
}
