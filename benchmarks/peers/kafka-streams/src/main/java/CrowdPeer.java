import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.WallclockTimestampExtractor;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * People per cell by the Processor API: memory|durable BOOTSTRAP IN OUT APPLICATION POSITIONS WARM.
 * Prints a line when WARM positions are folded, and one when all are and everything is flushed: positions, CPU seconds, seconds.
 */
public final class CrowdPeer {
    private static final String STORE = "devices";
    private static final Duration EMIT = Duration.ofSeconds(1);
    private static final long COMMIT_MS = 5_000;

    private final long wanted;
    private final long warm;
    private final boolean isDurable;
    private final List<Fold> folds = new ArrayList<>();
    private final CountDownLatch done = new CountDownLatch(1);
    private final long startedNs = System.nanoTime();
    private long folded;

    private CrowdPeer(boolean isDurable, long wanted, long warm) {
        this.isDurable = isDurable;
        this.wanted = wanted;
        this.warm = warm;
    }

    private final class Counting implements Processor<byte[], byte[], byte[], byte[]> {
        private ProcessorContext<byte[], byte[]> context;
        private Fold fold;

        @Override
        public void init(ProcessorContext<byte[], byte[]> given) {
            context = given;
            Devices devices = isDurable
                ? new Devices.Stored(given.<KeyValueStore<Long, byte[]>>getStateStore(STORE))
                : new Devices.InMemory();
            fold = new Fold(given.taskId().partition(), devices);
            folds.add(fold);
            given.schedule(EMIT, PunctuationType.WALL_CLOCK_TIME, this::emit);
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            long before = folded;
            if (before >= wanted) {
                return;
            }
            folded += fold.take(Batch.read(record.value()));
            if (before < warm && folded >= warm) {
                say();
            }
        }

        private void emit(long nowMs) {
            fold.takeTouched((key, value, cell) -> context.forward(new Record<>(key, value, nowMs)));
            if (folded >= wanted && folds.stream().allMatch(Fold::isTold)) {
                done.countDown();
            }
        }
    }

    /** splitmix64's finisher: the partition of a row is that which streams/crowd gives it. */
    private static int targetOf(byte[] key, int partitions) {
        long x = ByteBuffer.wrap(key).getLong();
        x = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
        x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
        return (int) Long.remainderUnsigned(x ^ (x >>> 31), partitions);
    }

    private Topology topology(String in, String out) {
        var bytes = Serdes.ByteArray();
        Topology topology = new Topology()
            .addSource("positions", bytes.deserializer(), bytes.deserializer(), in)
            .addProcessor("count", Counting::new, "positions");
        if (isDurable) {
            topology.addStateStore(
                Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(STORE), Serdes.Long(), bytes).withCachingEnabled(),
                "count");
        }
        return topology.addSink("rows", out, bytes.serializer(), bytes.serializer(),
            (topic, key, value, partitions) -> Optional.of(Set.of(targetOf((byte[]) key, partitions))), "count");
    }

    private static Properties settings(String bootstrap, String application) throws java.io.IOException {
        Properties settings = new Properties();
        settings.put("application.id", application);
        settings.put("bootstrap.servers", bootstrap);
        settings.put("num.stream.threads", "1");
        settings.put("replication.factor", "1");
        settings.put("state.dir", java.nio.file.Files.createTempDirectory("kafka-streams-peer").toString());
        settings.put("commit.interval.ms", Long.toString(COMMIT_MS));
        settings.put("statestore.cache.max.bytes", Long.toString(512L << 20));
        settings.put("default.timestamp.extractor", WallclockTimestampExtractor.class);
        settings.put("consumer.auto.offset.reset", "earliest");
        settings.put("consumer.max.poll.records", "5000");
        settings.put("consumer.max.partition.fetch.bytes", Integer.toString(4 << 20));
        settings.put("producer.batch.size", Integer.toString(1 << 19));
        settings.put("producer.linger.ms", "20");
        settings.put("producer.acks", "all");
        return settings;
    }

    private void say() {
        double cpu = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
        double wall = (System.nanoTime() - startedNs) / 1e9;
        System.out.printf("{\"positions\": %d, \"cpu_s\": %.3f, \"wall_s\": %.3f}%n", folded, cpu, wall);
    }

    private int run(String bootstrap, String in, String out, String application) throws Exception {
        KafkaStreams streams = new KafkaStreams(topology(in, out), settings(bootstrap, application));
        streams.setUncaughtExceptionHandler(error -> {
            error.printStackTrace();
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        streams.start();
        boolean finished = done.await(30, TimeUnit.MINUTES);
        boolean isClosed = streams.close(Duration.ofSeconds(60));
        say();
        return finished && isClosed ? 0 : 1;
    }

    public static void main(String[] words) throws Exception {
        CrowdPeer peer = new CrowdPeer(words[0].equals("durable"), Long.parseLong(words[5]), Long.parseLong(words[6]));
        System.exit(peer.run(words[1], words[2], words[3], words[4]));
    }
}
