using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Streaming.Server.Tests.Deployment;

/// <summary>
/// What an API server or an operator would refuse, or a cluster silently not do, and kubectl-validate does not see:
/// it checks types and field names only. Each rule yields its violations as text; no text, no violation.
/// </summary>
internal static partial class ManifestRules
{
    private static readonly string[] AccessModes = ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"];
    private static readonly string[] PullPolicies = ["Always", "IfNotPresent", "Never"];
    private static readonly string[] Roles = ["users", "creatives", "memory", "api"];

    /// <summary>Every violation of every rule in the objects of one release.</summary>
    public static IReadOnlyList<string> Violations(IReadOnlyList<Manifest> release)
    {
        Func<Manifest, IEnumerable<string>>[] ofOne =
            [Ports, Quantities, Enumerations, Mounts, RoleArguments, Secrets, Hardening, Probes];
        Func<Manifest, IReadOnlyList<Manifest>, IEnumerable<string>>[] ofAll = [WorkloadReferences, ServiceReferences, SelectorTargets];

        return
        [
            .. from manifest in release
               from violation in ofOne.SelectMany(rule => rule(manifest)).Concat(ofAll.SelectMany(rule => rule(manifest, release)))
               select $"{manifest}: {violation}",
            .. release.CountBy(manifest => manifest.ToString()).Where(group => group.Value > 1).Select(group => $"{group.Key}: is there twice"),
            .. Roles.Except(release.Where(manifest => manifest.IsWorkload).Select(Component)).Select(role => $"role {role}: has no workload"),
        ];
    }

    private static string Component(Manifest manifest) => manifest.Pod.At("metadata", "labels", "app.kubernetes.io/component").Text();

    private static IEnumerable<string> Ports(Manifest manifest) =>
        from entry in manifest.Root.Descendants()
        where entry.Key is "port" or "containerPort" or "targetPort" or "nodePort" && entry.Value is YamlScalarNode
        where long.TryParse(entry.Value.Text(), out var port) && port is < 1 or > 65535
        select $"{entry.Key} {entry.Value.Text()} is not a port";

    private static IEnumerable<string> Quantities(Manifest manifest)
    {
        var amounts = manifest.Root.Descendants().Where(entry => entry.Key is "requests" or "limits").SelectMany(entry => entry.Value.Entries());
        foreach (var (key, value) in amounts)
        {
            if (Quantity.Parse(value.Text()) is not >= 0)
                yield return $"{key} {value.Text()} is not a quantity";
        }

        foreach (var resources in manifest.Containers.Select(container => container.At("resources")))
        {
            foreach (var (key, limit) in resources.At("limits").Entries())
            {
                if (Quantity.Parse(resources.At("requests", key).Text()) > Quantity.Parse(limit.Text()))
                    yield return $"requests more {key} than its limit";
            }
        }
    }

    private static IEnumerable<string> Enumerations(Manifest manifest) =>
        from entry in manifest.Root.Descendants()
        from value in entry.Value.Texts().Append(entry.Value.Text()).Where(text => text.Length > 0)
        where (entry.Key == "accessModes" && !AccessModes.Contains(value)) || (entry.Key == "imagePullPolicy" && !PullPolicies.Contains(value))
        select $"{entry.Key} {value} is not one that Kubernetes knows";

    private static IEnumerable<string> Mounts(Manifest manifest)
    {
        var volumes = manifest.Pod.At("spec", "volumes").Items().Select(volume => volume.At("name").Text())
            .Concat(manifest.Root.At("spec", "volumeClaimTemplates").Items().Select(claim => claim.At("metadata", "name").Text())).ToList();
        var mounts = manifest.Containers.SelectMany(container => container.At("volumeMounts").Items()).ToList();

        foreach (var mount in mounts.Where(mount => !volumes.Contains(mount.At("name").Text())))
            yield return $"mounts {mount.At("name").Text()}, which is no volume";
        foreach (var path in mounts.CountBy(mount => mount.At("mountPath").Text()).Where(path => path.Value > 1))
            yield return $"mounts {path.Key} twice";
        foreach (var volume in volumes.CountBy(name => name).Where(volume => volume.Value > 1))
            yield return $"has two volumes {volume.Key}";
    }

    private static IEnumerable<string> RoleArguments(Manifest manifest)
    {
        if (!manifest.IsWorkload)
            yield break;
        var arguments = manifest.Arguments.ToList();
        if (Argument(arguments, "--roles") != Component(manifest))
            yield return $"runs role {Argument(arguments, "--roles")} under the label {Component(manifest)}";
        if (Argument(arguments, "--group-instance-id") != "$(POD_NAME)" || PodNameSource(manifest) != "metadata.name")
            yield return "is not a static member under its pod's name";
    }

    private static string Argument(List<string> arguments, string option) =>
        arguments.IndexOf(option) is >= 0 and var at && at + 1 < arguments.Count ? arguments[at + 1] : "";

    private static string PodNameSource(Manifest manifest) =>
        manifest.Containers.SelectMany(container => container.At("env").Items())
            .FirstOrDefault(variable => variable.At("name").Text() == "POD_NAME").At("valueFrom", "fieldRef", "fieldPath").Text();

    private static IEnumerable<string> Secrets(Manifest manifest)
    {
        foreach (var argument in manifest.Containers.SelectMany(container => container.At("args").Texts().Concat(container.At("command").Texts())))
        {
            if (Credential().IsMatch(argument))
                yield return $"has a credential among its arguments: {argument}";
        }

        foreach (var variable in manifest.Containers.SelectMany(container => container.At("env").Items()))
        {
            if (Credential().IsMatch(variable.At("name").Text()) && variable.At("value") is not null)
                yield return $"has the value of {variable.At("name").Text()} in plain text";
        }
    }

    private static IEnumerable<string> Hardening(Manifest manifest)
    {
        if (manifest.Pod is null)
            yield break;
        var pod = manifest.Pod.At("spec");
        if (pod.At("securityContext", "runAsNonRoot").Text() != "true")
            yield return "may run as root";
        if (pod.At("securityContext", "seccompProfile", "type").Text() != "RuntimeDefault")
            yield return "has no seccomp profile";
        // The Docker-style variables of a Service named streaming-kafka would be read as client settings.
        if (pod.At("enableServiceLinks").Text() != "false")
            yield return "takes other Services' variables into its environment";
        if (pod.At("automountServiceAccountToken").Text() != "false")
            yield return "holds a token that it does not need";
        if (manifest.IsWorkload && !(Quantity.Parse(pod.At("terminationGracePeriodSeconds").Text()) >= 30))
            yield return "is killed before its graceful stop of 30 seconds ends";
        foreach (var context in manifest.Containers.Select(container => container.At("securityContext")))
        {
            if (context.At("readOnlyRootFilesystem").Text() != "true")
                yield return "may write to its image";
            if (context.At("allowPrivilegeEscalation").Text() != "false" || !context.At("capabilities", "drop").Texts().Contains("ALL"))
                yield return "keeps privileges";
        }
    }

    private static IEnumerable<string> Probes(Manifest manifest)
    {
        foreach (var container in manifest.Containers.Where(_ => manifest.IsWorkload))
        {
            foreach (var (probe, path) in new[] { ("startupProbe", "/livez"), ("livenessProbe", "/livez"), ("readinessProbe", "/readyz") })
            {
                var port = container.At(probe, "httpGet", "port").Text();
                if (container.At(probe, "httpGet", "path").Text() != path || !PortNames(container).Contains(port))
                    yield return $"has no {probe} that asks {path} on a port of its container";
            }
        }
    }

    private static IEnumerable<string> PortNames(YamlNode container) => container.At("ports").Items().Select(port => port.At("name").Text());

    private static IEnumerable<string> WorkloadReferences(Manifest manifest, IReadOnlyList<Manifest> release)
    {
        if (!manifest.IsWorkload)
            yield break;
        if (!Manifest.Selects(manifest.Root.At("spec", "selector", "matchLabels"), manifest.Pod.At("metadata", "labels")))
            yield return "its selector does not match its pods";
        if (!release.Any(other => other.Kind == "Service" && other.Name == manifest.Root.At("spec", "serviceName").Text()))
            yield return "its Service does not exist";
        if (manifest.Pod.At("spec", "serviceAccountName").Text() is var account && account != "default"
            && release.Any(other => other.Kind == "ServiceAccount") && !release.Any(other => other.Kind == "ServiceAccount" && other.Name == account))
            yield return "its ServiceAccount does not exist";
        var wanted = manifest.Pod.At("spec", "volumes").Items()
            .Select(volume => volume.At("configMap", "name").Text()).Where(name => name.Length > 0);
        foreach (var missing in wanted.Except(release.Where(other => other.Kind == "ConfigMap").Select(other => other.Name)))
            yield return $"its ConfigMap {missing} does not exist";
    }

    private static IEnumerable<string> ServiceReferences(Manifest manifest, IReadOnlyList<Manifest> release)
    {
        if (manifest.Kind != "Service")
            yield break;
        var targets = release.Where(other => other.IsWorkload
            && Manifest.Selects(manifest.Root.At("spec", "selector"), other.Pod.At("metadata", "labels"))).ToList();
        if (targets.Count != 1)
            yield return $"its selector matches {targets.Count} workloads";
        foreach (var port in manifest.Root.At("spec", "ports").Items().Select(port => port.At("targetPort").Text()))
        {
            if (!targets.SelectMany(target => target.Containers).SelectMany(PortNames).Contains(port))
                yield return $"its target port {port} is not a port of its pods";
        }
    }

    private static IEnumerable<string> SelectorTargets(Manifest manifest, IReadOnlyList<Manifest> release)
    {
        var workloads = release.Where(other => other.IsWorkload).Select(other => other.Pod.At("metadata", "labels"));
        var services = release.Where(other => other.Kind == "Service").ToList();
        switch (manifest.Kind)
        {
            case "PodDisruptionBudget"
                when workloads.Count(labels => Manifest.Selects(manifest.Root.At("spec", "selector", "matchLabels"), labels)) != 1:
                yield return "does not select the pods of one role";
                break;
            case "NetworkPolicy"
                when !workloads.Any(labels => Manifest.Selects(manifest.Root.At("spec", "podSelector", "matchLabels"), labels)):
                yield return "selects no pods";
                break;
            case "ServiceMonitor":
                var scraped = services.Where(service => Manifest.Selects(
                    manifest.Root.At("spec", "selector", "matchLabels"), service.Root.At("metadata", "labels"))).ToList();
                if (scraped.Count != services.Count)
                    yield return $"scrapes {scraped.Count} of {services.Count} Services";
                foreach (var port in manifest.Root.At("spec", "endpoints").Items().Select(endpoint => endpoint.At("port").Text()))
                {
                    if (scraped.Any(service => service.Root.At("spec", "ports").Items().All(declared => declared.At("name").Text() != port)))
                        yield return $"scrapes port {port}, which a Service lacks";
                }

                break;
        }
    }

    [GeneratedRegex("password|passwd|secret|credential|token|sasl[._]username|key[._]pem", RegexOptions.IgnoreCase)]
    private static partial Regex Credential();
}
