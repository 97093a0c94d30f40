import static com.graphhopper.json.Statement.If;
import static com.graphhopper.json.Statement.Op.LIMIT;
import static com.graphhopper.json.Statement.Op.MULTIPLY;

import com.graphhopper.GHRequest;
import com.graphhopper.GHResponse;
import com.graphhopper.GraphHopper;
import com.graphhopper.config.CHProfile;
import com.graphhopper.config.Profile;
import com.graphhopper.routing.ch.PrepareContractionHierarchies;
import com.graphhopper.routing.ev.Subnetwork;
import com.graphhopper.routing.util.DefaultSnapFilter;
import com.graphhopper.routing.weighting.Weighting;
import com.graphhopper.storage.CHConfig;
import com.graphhopper.storage.index.Snap;
import com.graphhopper.util.CustomModel;
import com.graphhopper.util.DistanceCalcEarth;
import com.graphhopper.util.JsonFeature;
import com.graphhopper.util.JsonFeatureCollection;
import com.graphhopper.util.PMap;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.locationtech.jts.geom.Coordinate;
import org.locationtech.jts.geom.GeometryFactory;

/**
 * GraphHopper answers "origin to the nearest of the targets" for benchmarks/peers.py; it is no part of the product.
 *
 * <p>Arguments: extract, folder for its graph, file of places (lines "target|origin,lat,lon"). Each line on standard input is
 * "work first count"; each answer is one JSON line with the processor time of the whole process. Works: ch, tree, polygon
 * (nearest by each way), contract (what a closure costs a contracted graph), away (metres to the ways), record (all distances,
 * by GraphHopper's own routes).
 */
public final class Peer {
    private static final String FOOT = "foot";

    private final GraphHopper hopper;
    private final Weighting weighting;
    private final DefaultSnapFilter usable;
    private final List<double[]> targets = new ArrayList<>();
    private final List<double[]> origins = new ArrayList<>();
    private final NearestTree tree;
    private int contracted;

    private Peer(String extract, String folder, Path places) throws IOException {
        for (String line : Files.readAllLines(places)) {
            String[] cells = line.split(",");
            double[] place = {Double.parseDouble(cells[1]), Double.parseDouble(cells[2])};
            (cells[0].equals("target") ? targets : origins).add(place);
        }
        Profile profile = shortestOnFoot();
        hopper = new GraphHopper().setOSMFile(extract).setGraphHopperLocation(folder);
        hopper.setEncodedValuesString("foot_access, hike_rating").setProfiles(profile);
        hopper.getCHPreparationHandler().setCHProfiles(new CHProfile(FOOT));
        hopper.importOrLoad();
        weighting = hopper.createWeighting(profile, new PMap());
        var cutOff = hopper.getEncodingManager().getBooleanEncodedValue(Subnetwork.key(FOOT));
        usable = new DefaultSnapFilter(weighting, cutOff);
        tree = new NearestTree(hopper.getBaseGraph(), weighting, targets.stream().map(this::snap).toList());
    }

    /** GraphHopper's own rules of where one may walk (its foot.json), without its likings: the shortest way, not the nicest. */
    private static Profile shortestOnFoot() {
        CustomModel model = new CustomModel()
                .addToPriority(If("!foot_access || hike_rating >= 2", MULTIPLY, "0"))
                .addToSpeed(If("true", LIMIT, "5"));
        return new Profile(FOOT).setCustomModel(model);
    }

    private Snap snap(double[] place) {
        return hopper.getLocationIndex().findClosest(place[0], place[1], usable);
    }

    private double byTree(double[] origin) {
        return tree.nearestM(snap(origin));
    }

    /** One request a target, nearest as the crow flies first, until no other can be nearer. */
    private double[] byRoutes(double[] origin, CustomModel with) {
        Integer[] order = new Integer[targets.size()];
        for (int i = 0; i < order.length; i++) order[i] = i;
        double[] crow = new double[order.length];
        for (int i = 0; i < order.length; i++) crow[i] = crowM(origin, targets.get(i));
        java.util.Arrays.sort(order, Comparator.comparingDouble(i -> crow[i]));
        Snap start = snap(origin);
        double away = awayM(start);
        double best = Double.POSITIVE_INFINITY;
        int nearest = -1;
        for (int i : order) {
            // both ends may lie off the ways: a way is at least as long as what lies between the two snapped points
            if (crow[i] - away - tree.awayM(i) > best) continue;
            double metres = routeM(origin, targets.get(i), with);
            if (metres < best) {
                best = metres;
                nearest = i;
            }
        }
        return new double[] {nearest, best, away};
    }

    private double routeM(double[] origin, double[] target, CustomModel with) {
        GHRequest request = new GHRequest(origin[0], origin[1], target[0], target[1]).setProfile(FOOT);
        request.putHint("instructions", false).putHint("calc_points", false);
        if (with != null) request.setCustomModel(with).putHint("ch.disable", true);
        GHResponse response = hopper.route(request);
        return response.hasErrors() ? Double.POSITIVE_INFINITY : response.getBest().getDistance();
    }

    /** A closed square of some 20 m, another for each request: what a closure is to a graph that is not contracted. */
    private static CustomModel closedAround(double[] place) {
        double d = 1e-4;
        Coordinate[] ring = {
            new Coordinate(place[1] - d, place[0] - d), new Coordinate(place[1] + d, place[0] - d),
            new Coordinate(place[1] + d, place[0] + d), new Coordinate(place[1] - d, place[0] + d),
            new Coordinate(place[1] - d, place[0] - d)
        };
        JsonFeature area = new JsonFeature();
        area.setId("closed");
        area.setGeometry(new GeometryFactory().createPolygon(ring));
        JsonFeatureCollection areas = new JsonFeatureCollection();
        areas.getFeatures().add(area);
        CustomModel model = new CustomModel().addToPriority(If("in_closed", MULTIPLY, "0"));
        model.addAreas(areas);
        return model;
    }

    private static double crowM(double[] one, double[] other) {
        return DistanceCalcEarth.DIST_EARTH.calcDist(one[0], one[1], other[0], other[1]);
    }

    private void contract() {
        CHConfig config = CHConfig.nodeBased("closure-" + contracted++, weighting);
        PrepareContractionHierarchies.fromGraph(hopper.getBaseGraph(), config).doWork();
    }

    private static double cpuS() {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return system.getProcessCpuTime() / 1e9;
    }

    private void answer(String work, int first, int count) {
        double began = cpuS();
        double sum = 0;
        for (int i = first; i < first + count; i++) {
            double[] origin = origins.get(i % origins.size());
            switch (work) {
                case "tree" -> sum += finite(byTree(origin));
                case "ch" -> sum += finite(byRoutes(origin, null)[1]);
                case "polygon" -> sum += finite(byRoutes(origin, closedAround(origin))[1]);
                case "contract" -> contract();
                case "away" -> System.out.printf(Locale.ROOT, "{\"away_m\":%.2f}%n", Math.min(1e9, awayM(snap(origin))));
                case "record" -> record(origin);
                default -> throw new IllegalArgumentException("no work " + work);
            }
        }
        System.out.printf(Locale.ROOT, "{\"cpu_s\":%.6f,\"metres\":%.1f}%n", cpuS() - began, sum);
    }

    private void record(double[] origin) {
        double[] found = byRoutes(origin, null);
        System.out.printf(
                Locale.ROOT, "{\"target\":%d,\"metres\":%.2f,\"away_m\":%.2f,\"tree_m\":%.2f}%n",
                (int) found[0], finite(found[1]), Math.min(1e9, found[2]), finite(byTree(origin)));
    }

    private static double awayM(Snap snap) {
        return snap.isValid() ? snap.getQueryDistance() : Double.POSITIVE_INFINITY;
    }

    private static double finite(double metres) {
        return Double.isFinite(metres) ? metres : 0;
    }

    public static void main(String[] arguments) throws IOException {
        Peer peer = new Peer(arguments[0], arguments[1], Path.of(arguments[2]));
        System.out.println("{\"ready\":true}");
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(" ");
            peer.answer(words[0], Integer.parseInt(words[1]), Integer.parseInt(words[2]));
        }
    }
}
