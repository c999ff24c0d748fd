namespace Streaming.Server.Tests.Deployment;

[Collection(ChartToolsFolder.Name)]
public sealed class ChartSchemaTests
{
    [ChartTheory]
    [InlineData("roles: { users: { replicas: two } }", "/roles/users/replicas")]
    [InlineData("roles: { users: { replicas: -1 } }", "/roles/users/replicas")]
    [InlineData("roles: { users: { replica: 2 } }", "'replica' not allowed")]
    [InlineData("roles: { trainers: { replicas: 1 } }", "'trainers' not allowed")]
    [InlineData("replicas: 2", "'replicas' not allowed")]
    [InlineData("roles: { users: { persistence: { size: 1gig } } }", "/roles/users/persistence/size")]
    [InlineData("roles: { users: { persistence: { accessModes: [ReadWriteOncee] } } }", "/roles/users/persistence/accessModes")]
    [InlineData("roles: { users: { persistence: { accessModes: [] } } }", "/roles/users/persistence/accessModes")]
    [InlineData("roles: { api: { resources: { limits: { memory: lots } } } }", "/roles/api/resources/limits/memory")]
    [InlineData("roles: { api: { env: [{ name: A, vaule: b }] } }", "'vaule' not allowed")]
    [InlineData("service: { port: 70000 }", "/service/port")]
    [InlineData("image: { pullPolicy: Sometimes }", "/image/pullPolicy")]
    [InlineData("image: { digest: 'sha256:1234' }", "/image/digest")]
    [InlineData("kafka: { bootstrapServers: '' }", "/kafka/bootstrapServers")]
    [InlineData("kafka: { bootstrapServers: kafka }", "/kafka/bootstrapServers")]
    [InlineData("kafka: { settings: { linger.ms: [1] } }", "/kafka/settings/linger.ms")]
    [InlineData("terminationGracePeriodSeconds: 5", "/terminationGracePeriodSeconds")]
    [InlineData("runAs: { user: 0 }", "/runAs/user")]
    [InlineData("topology: { name: mine }", "/topology")]
    [InlineData("kafka: { settings: { sasl.password: hunter2 } }", "kafka.settings.sasl.password is a credential")]
    [InlineData("kafka: { settings: { ssl.key.pem: x } }", "kafka.settings.ssl.key.pem is a credential")]
    public async Task Wrong_value_is_refused_and_named(string values, string named)
    {
        var result = await ChartTools.RenderWithAsync(values);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(named, result.Error, StringComparison.Ordinal);
    }
}
