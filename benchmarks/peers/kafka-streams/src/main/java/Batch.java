import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessageUnpacker;

/** A micro-batch of positions as streams/codec.py writes it: MessagePack of little-endian columns. */
final class Batch {
    long receivedAtMs;
    ByteBuffer device;
    ByteBuffer atMs;
    ByteBuffer lat;
    ByteBuffer lon;

    static Batch read(byte[] value) {
        Batch batch = new Batch();
        try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(value)) {
            for (int left = unpacker.unpackMapHeader(); left > 0; left--) {
                switch (unpacker.unpackString()) {
                    case "received_at_ms" -> batch.receivedAtMs = unpacker.unpackLong();
                    case "device" -> batch.device = column(unpacker);
                    case "at_ms" -> batch.atMs = column(unpacker);
                    case "lat" -> batch.lat = column(unpacker);
                    case "lon" -> batch.lon = column(unpacker);
                    default -> unpacker.skipValue();
                }
            }
        } catch (IOException error) {
            throw new IllegalArgumentException("not a batch of positions", error);
        }
        return batch;
    }

    private static ByteBuffer column(MessageUnpacker unpacker) throws IOException {
        int size = unpacker.unpackBinaryHeader();
        return unpacker.readPayloadAsReference(size).sliceAsByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    int size() {
        return device.remaining() / 8;
    }

    long deviceAt(int i) {
        return device.getLong(device.position() + i * 8);
    }

    long timeAt(int i) {
        return atMs.getLong(atMs.position() + i * 8);
    }

    float latAt(int i) {
        return lat.getFloat(lat.position() + i * 4);
    }

    float lonAt(int i) {
        return lon.getFloat(lon.position() + i * 4);
    }
}
