package io.ashlar.benchmarks.endtoend;

import static io.ashlar.benchmarks.endtoend.Bar.Relation.AT_LEAST;
import static io.ashlar.benchmarks.endtoend.Bar.Relation.AT_MOST;
import static io.ashlar.benchmarks.endtoend.DaemonProcess.Kind.PLAIN;
import static io.ashlar.benchmarks.endtoend.DaemonProcess.Kind.SEALED;
import static io.ashlar.benchmarks.endtoend.DaemonProcess.load;
import static io.ashlar.initiator.nvme.bench.AccessPattern.RANDOM;
import static io.ashlar.initiator.nvme.bench.AccessPattern.SEQUENTIAL;

import io.ashlar.control.VolumeInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The rows of the benchmark and the processes they need. A row that was not asked for starts
/// nothing.
final class Rows implements AutoCloseable {
  private static final String ASHLAR = "ashlar";
  private static final String FIO = "fio";
  static final int SPIN_MICROSECONDS = 50;
  private static final int[] ONE_4K = {4096, 1};
  private static final int[] MANY_4K = {4096, 32};
  private static final int[] LONG_128K = {128 * 1024, 8};
  private static final long RAM_VOLUME_BYTES = 512L << 20;
  private static final long RAM_POOL_BYTES = 4L << 30;
  private static final String LEAF_ROW = "file-leaf-qd1";

  /// The volume's size in spans: at the default span, 8 times the leaves that the least budget of
  /// the index, 16 MiB, holds.
  private static final int LEAF_SPANS = 8;

  private final BenchOptions options;
  private final List<AutoCloseable> processes = new ArrayList<>();
  private final List<Row> rows = new ArrayList<>();

  Rows(BenchOptions options) {
    this.options = options;
  }

  List<Row> start() throws IOException, InterruptedException {
    if (options.wants("protocol")) {
      addProtocol();
    }
    if (options.wants("ram")) {
      addRam();
    }
    if (options.wants("iscsi")) {
      addIscsi();
    }
    if (options.wants("file")) {
      addFile();
    }
    return rows;
  }

  private void addProtocol() throws IOException {
    ProtocolProcess spinning = keep(ProtocolProcess.start(SPIN_MICROSECONDS));
    ProtocolProcess sleeping = keep(ProtocolProcess.start(0));
    spinning.reads("fill", 1).fill();
    sleeping.reads("fill", 1).fill();
    for (int depth : new int[] {1, 32}) {
      rows.add(
          new Row(
              "protocol-read-qd" + depth,
              "4 KiB random read QD" + depth + ", NVMe/TCP alone, no store behind it",
              List.of(spinning.reads("spinning", depth), sleeping.reads("sleeping", depth)),
              row -> List.of()));
    }
  }

  private void addRam() throws IOException, InterruptedException {
    DaemonProcess spinning = ramDaemon("spin", Map.of());
    DaemonProcess sleeping = ramDaemon("sleep", Map.of("engine.spin-us", "0"));
    VolumeInfo plain = spinning.createVolume("plain", RAM_VOLUME_BYTES, 4096, PLAIN);
    VolumeInfo sealed = spinning.createVolume("sealed", RAM_VOLUME_BYTES, 4096, SEALED);
    VolumeInfo slept = sleeping.createVolume("plain", RAM_VOLUME_BYTES, 4096, PLAIN);
    for (VolumeInfo each : List.of(plain, sealed, slept)) {
      load(ASHLAR, each, RANDOM, 0, LONG_128K).fill();
    }
    rows.add(
        new Row(
            "ram-read-qd1",
            "4 KiB random read QD1, RAM-backed, NVMe/TCP",
            List.of(
                load("spinning", plain, RANDOM, 100, ONE_4K),
                load("sleeping", slept, RANDOM, 100, ONE_4K)),
            row ->
                List.of(
                    new Bar("p50 in µs, spinning", row.of("spinning").medianP50Us(), 22, AT_MOST),
                    new Bar(
                        "p50 in µs, sleeping", row.of("sleeping").medianP50Us(), 33, AT_MOST))));
    rows.add(
        new Row(
            "ram-read-qd32",
            "4 KiB random read QD32, RAM-backed, NVMe/TCP",
            List.of(
                load("plain", plain, RANDOM, 100, MANY_4K),
                load("sealed", sealed, RANDOM, 100, MANY_4K)),
            row ->
                List.of(
                    new Bar("IOPS, plain", row.of("plain").medianRate(), 280_000, AT_LEAST),
                    new Bar(
                        "IOPS, encrypted and compressed",
                        row.of("sealed").medianRate(),
                        0.6 * 280_000,
                        AT_LEAST))));
  }

  private void addIscsi() throws IOException, InterruptedException {
    DaemonProcess daemon = ramDaemon("iscsi", Map.of());
    VolumeInfo plain = daemon.createVolume("plain", RAM_VOLUME_BYTES, 4096, PLAIN);
    load(ASHLAR, plain, RANDOM, 0, LONG_128K).fill();
    List<Contender> contenders = new ArrayList<>();
    contenders.add(new IscsiPerfLoad(ASHLAR, DaemonProcess.iscsiUrl(plain), 1, 32));
    if (Command.isInstalled("tgtd")) {
      Path file = options.ramDirectory.resolve("ashlar-benchmark-tgt.img");
      FioLoad.layOut(file, RAM_VOLUME_BYTES);
      TgtProcess tgt = keep(TgtProcess.start(file, ""));
      contenders.add(new IscsiPerfLoad("tgt (page cache)", tgt.url(), 8, 32));
    }
    rows.add(
        new Row(
            "iscsi-read-qd32",
            "iSCSI 4 KiB random read QD32, RAM-backed, iscsi-perf",
            contenders,
            row -> List.of(new Bar("IOPS", row.of(ASHLAR).medianRate(), 80_000, AT_LEAST))));
  }

  private void addFile() throws IOException, InterruptedException {
    Path directory = options.directory.resolve("file");
    Directories.delete(directory);
    Path pool = directory.resolve("pool.img");
    FioLoad.layOutZeroes(pool, 12 * options.spanBytes());
    DaemonProcess daemon =
        keep(DaemonProcess.start(directory, Map.of("pool.device", pool.toString())));
    VolumeInfo reads = daemon.createVolume("reads", options.spanBytes(), 4096, SEALED);
    VolumeInfo writes = daemon.createVolume("writes", options.spanBytes(), 4096, SEALED);
    VolumeInfo clear = daemon.createVolume("clear", options.spanBytes(), 4096, PLAIN);
    Path raw = options.directory.resolve("fio.img");
    FioLoad.layOut(raw, options.spanBytes());
    load(ASHLAR, reads, RANDOM, 0, LONG_128K).fill();
    addFileReads(reads, raw);
    addFileWrites(writes, clear, raw);
    addLeafReads(raw);
  }

  /// Reads of a volume of which the index's memory holds hardly any leaf.
  private void addLeafReads(Path raw) throws IOException, InterruptedException {
    if (!options.wants(LEAF_ROW)) {
      return;
    }
    Path directory = options.directory.resolve("leaf");
    Directories.delete(directory);
    Path pool = directory.resolve("pool.img");
    FioLoad.layOutZeroes(pool, (LEAF_SPANS + 2) * options.spanBytes());
    DaemonProcess daemon =
        keep(
            DaemonProcess.start(
                directory, Map.of("pool.device", pool.toString(), "engine.index-budget", "16MiB")));
    VolumeInfo volume = daemon.createVolume("leaf", LEAF_SPANS * options.spanBytes(), 4096, SEALED);
    NvmeLoad load = load(ASHLAR, volume, RANDOM, 100, ONE_4K);
    load.fill();
    LeafMissLoad missing = new LeafMissLoad(load, daemon);
    rows.add(
        new Row(
            LEAF_ROW,
            "4 KiB random read QD1, file-backed, index leaf read from the device first",
            List.of(missing, new FioLoad(FIO, raw, "randread", 4096, 1, List.of())),
            row ->
                List.of(
                    new Bar(
                        "p50 in µs against 2 × fio + 40 µs",
                        row.of(ASHLAR).medianP50Us(),
                        2 * row.of(FIO).medianP50Us() + 40,
                        AT_MOST),
                    new Bar(
                        "index pages read for each operation, so that this is what was measured",
                        missing.missesPerOperation(),
                        0.8,
                        AT_LEAST))));
  }

  private void addFileReads(VolumeInfo reads, Path raw) {
    rows.add(
        new Row(
            "file-read-qd1",
            "4 KiB random read QD1, file-backed, index leaf cached",
            List.of(
                load(ASHLAR, reads, RANDOM, 100, ONE_4K),
                new FioLoad(FIO, raw, "randread", 4096, 1, List.of())),
            row ->
                List.of(
                    new Bar(
                        "p50 in µs against fio + 35 µs",
                        row.of(ASHLAR).medianP50Us(),
                        row.of(FIO).medianP50Us() + 35,
                        AT_MOST))));
    rows.add(
        ratioRow(
            "file-read-qd32",
            "4 KiB random read QD32, file-backed",
            load(ASHLAR, reads, RANDOM, 100, MANY_4K),
            new FioLoad(FIO, raw, "randread", 4096, 32, List.of()),
            0.9));
    rows.add(
        ratioRow(
            "file-seqread-qd8",
            "128 KiB sequential read QD8, file-backed",
            load(ASHLAR, reads, SEQUENTIAL, 100, LONG_128K),
            new FioLoad(FIO, raw, "read", 128 * 1024, 8, List.of()),
            0.9));
  }

  private void addFileWrites(VolumeInfo writes, VolumeInfo clear, Path raw) {
    String synchronous = "fio dsync QD1";
    rows.add(
        new Row(
            "file-write-qd32",
            "4 KiB random write QD32, every ack durable (fio's are not, except dsync)",
            List.of(
                load(ASHLAR, writes, RANDOM, 0, MANY_4K),
                load("ashlar without encryption", clear, RANDOM, 0, MANY_4K),
                new FioLoad(FIO, raw, "randwrite", 4096, 32, List.of()),
                new FioLoad(synchronous, raw, "randwrite", 4096, 1, List.of("--sync=dsync"))),
            row ->
                List.of(
                    new Bar(
                        "IOPS against the smaller of 0.6 × fio and 12 × fio dsync",
                        row.of(ASHLAR).medianRate(),
                        Math.min(
                            0.6 * row.of(FIO).medianRate(), 12 * row.of(synchronous).medianRate()),
                        AT_LEAST),
                    new Bar(
                        "IOPS with encryption and compression against 0.9 × without",
                        row.of(ASHLAR).medianRate(),
                        0.9 * row.of("ashlar without encryption").medianRate(),
                        AT_LEAST))));
    rows.add(
        ratioRow(
            "file-seqwrite-qd8",
            "128 KiB sequential write QD8, durable (fio's is not)",
            load(ASHLAR, writes, SEQUENTIAL, 0, LONG_128K),
            new FioLoad(FIO, raw, "write", 128 * 1024, 8, List.of()),
            0.7));
  }

  private static Row ratioRow(
      String key, String title, Contender ours, Contender theirs, double ratio) {
    return new Row(
        key,
        title,
        List.of(ours, theirs),
        row ->
            List.of(
                new Bar(
                    "IOPS against %.1f × fio".formatted(ratio),
                    row.of(ours.name()).medianRate(),
                    ratio * row.of(theirs.name()).medianRate(),
                    AT_LEAST)));
  }

  private DaemonProcess ramDaemon(String name, Map<String, String> settings)
      throws IOException, InterruptedException {
    Map<String, String> all = new java.util.HashMap<>(settings);
    all.put("pool.device", "memory");
    all.put("pool.size", Long.toString(RAM_POOL_BYTES >> 20) + "MiB");
    Path directory = options.directory.resolve(name);
    Directories.delete(directory);
    return keep(DaemonProcess.start(directory, all));
  }

  private <T extends AutoCloseable> T keep(T process) {
    processes.add(process);
    return process;
  }

  @Override
  public void close() {
    for (AutoCloseable each : processes.reversed()) {
      Directories.closeQuietly(each);
    }
  }
}
