package io.ashlar.benchmarks.device;

import io.ashlar.benchmarks.device.DeviceLoad.Waiting;
import io.ashlar.benchmarks.device.FioRun.Tuning;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.nvme.BlockDevices;
import io.ashlar.nvme.local.DeviceOptions;
import io.ashlar.nvme.local.DeviceOptions.Preallocation;
import io.ashlar.nvme.local.LocalBlockDevice;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.agrona.BufferUtil;

/// Measures this project's io_uring device against fio on one file.
///
/// Contestants take turns within each round, so that a busy neighbour hurts all of them alike;
/// figures are medians over the rounds with their range.
public final class DeviceBench {
  private static final int FILL_BYTES = 1 << 20;
  private static final String USAGE =
      "usage: device <file> [size MiB=1024] [rounds=5] [seconds per round=3] [workload …]";

  /// Who is measured.
  private enum Contestant {
    ASHLAR_SPINNING("ashlar, spinning"),
    ASHLAR_SLEEPING("ashlar, sleeping"),
    FIO("fio"),
    FIO_REGISTERED("fio, registered");

    private final String words;

    Contestant(String words) {
      this.words = words;
    }
  }

  private final Path file;
  private final long sizeBytes;
  private final int rounds;
  private final int seconds;
  private final ByteBuffer arena = DeviceLoad.arena();

  private DeviceBench(Path file, long sizeBytes, int rounds, int seconds) {
    this.file = file;
    this.sizeBytes = sizeBytes;
    this.rounds = rounds;
    this.seconds = seconds;
  }

  public static void main(String[] arguments) throws Exception {
    if (arguments.length == 0) {
      System.err.println(USAGE);
      System.exit(2);
    }
    DeviceBench bench =
        new DeviceBench(
            Path.of(arguments[0]),
            number(arguments, 1, 1024) << 20,
            (int) number(arguments, 2, 5),
            (int) number(arguments, 3, 3));
    bench.fill();
    List<DeviceWorkload> chosen = new ArrayList<>();
    for (int i = 4; i < arguments.length; i++) {
      chosen.add(DeviceWorkload.valueOf(arguments[i]));
    }
    bench.measure(chosen.isEmpty() ? List.of(DeviceWorkload.values()) : chosen);
  }

  private static long number(String[] arguments, int index, long otherwise) {
    return index < arguments.length ? Long.parseLong(arguments[index]) : otherwise;
  }

  private LocalBlockDevice open() throws Exception {
    DeviceOptions options =
        DeviceOptions.DEFAULT.withQueueDepth(64).creating(sizeBytes, Preallocation.RESERVED);
    return BlockDevices.open(file, options).device();
  }

  /// Writes the whole file: a block never written costs more to write and nothing to read.
  private void fill() throws Exception {
    ByteBuffer bytes = BufferUtil.allocateDirectAligned(FILL_BYTES, 4096);
    try (LocalBlockDevice device = open()) {
      System.out.println(device.name() + ": " + device.engine());
      DeviceRequest request = new DeviceRequest(ended -> {});
      request.operation = DeviceOperation.WRITE;
      request.length = FILL_BYTES;
      request.address = BufferUtil.address(bytes);
      for (long at = 0; at < sizeBytes; at += FILL_BYTES) {
        request.offset = at;
        device.submit(request);
        while (device.inFlight() > 0) {
          device.poll();
        }
      }
    }
  }

  private void measure(List<DeviceWorkload> workloads) throws Exception {
    System.out.printf(
        "%-32s %-18s %10s %21s %9s %9s %6s%n",
        "workload", "contestant", "IOPS", "range", "p50 µs", "p99 µs", "ratio");
    for (DeviceWorkload workload : workloads) {
      Map<Contestant, List<LoadResult>> results = new EnumMap<>(Contestant.class);
      for (int round = 0; round < rounds; round++) {
        for (Contestant contestant : Contestant.values()) {
          results
              .computeIfAbsent(contestant, any -> new ArrayList<>())
              .add(run(contestant, workload));
        }
      }
      print(workload, results);
    }
  }

  private LoadResult run(Contestant contestant, DeviceWorkload workload) throws Exception {
    return switch (contestant) {
      case ASHLAR_SPINNING -> runAshlar(workload, Waiting.SPINNING);
      case ASHLAR_SLEEPING -> runAshlar(workload, Waiting.SLEEPING);
      case FIO -> FioRun.run(file, workload, sizeBytes, seconds, Tuning.PLAIN);
      case FIO_REGISTERED -> FioRun.run(file, workload, sizeBytes, seconds, Tuning.REGISTERED);
    };
  }

  private LoadResult runAshlar(DeviceWorkload workload, Waiting waiting) throws Exception {
    try (LocalBlockDevice device = open()) {
      device.useArena(arena);
      return new DeviceLoad(device, workload, sizeBytes, arena)
          .run(seconds * 1_000_000_000L, waiting);
    }
  }

  private static void print(DeviceWorkload workload, Map<Contestant, List<LoadResult>> results) {
    double fio = Medians.operations(results.getOrDefault(Contestant.FIO, List.of()));
    results.forEach((contestant, rounds) -> {
      double median = Medians.operations(rounds);
      System.out.printf(
          "%-32s %-18s %,10.0f %,10.0f–%,10.0f %,9.1f %,9.1f %6.2f%n",
          workload.words,
          contestant.words,
          median,
          rounds.stream().mapToDouble(LoadResult::operationsPerSecond).min().orElse(0),
          rounds.stream().mapToDouble(LoadResult::operationsPerSecond).max().orElse(0),
          Medians.of(rounds.stream().mapToDouble(LoadResult::p50Ns)) / 1e3,
          Medians.of(rounds.stream().mapToDouble(LoadResult::p99Ns)) / 1e3,
          median / fio);
    });
  }
}
