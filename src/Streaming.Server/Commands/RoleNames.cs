using Streaming.Server.Composition;

namespace Streaming.Server.Commands;

/// <summary>Roles as the command line names them.</summary>
internal static class RoleNames
{
    /// <exception cref="CommandException">An unknown name.</exception>
    public static Roles Parse(string names)
    {
        var roles = Roles.None;
        foreach (var name in names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            roles |= name switch
            {
                "users" => Roles.Users,
                "creatives" => Roles.Creatives,
                "memory" => Roles.Memory,
                "api" => Roles.Api,
                "all" => Roles.All,
                _ => throw new CommandException($"--roles '{name}': must be users, creatives, memory, api or all"),
            };
        }
        return roles == Roles.None ? throw new CommandException("--roles: must name at least one role") : roles;
    }
}
